using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class AddHoldClaims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "claimed_at",
                table: "holds",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid[]>(
                name: "claimed_by",
                table: "holds",
                type: "uuid[]",
                nullable: false,
                defaultValueSql: "'{}'");

            migrationBuilder.CreateIndex(
                name: "ix_holds_claimed",
                table: "holds",
                column: "claimed_at",
                filter: "state = 'active' and claimed_by <> '{}'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_holds_claimed",
                table: "holds");

            migrationBuilder.DropColumn(
                name: "claimed_at",
                table: "holds");

            migrationBuilder.DropColumn(
                name: "claimed_by",
                table: "holds");
        }
    }
}
