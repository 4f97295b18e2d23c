using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Payments.Data.Migrations
{
    /// <inheritdoc />
    public partial class Returns : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<decimal>(
                name: "returned",
                table: "payments",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddCheckConstraint(
                name: "not_overreturned",
                table: "payments",
                sql: "returned between 0 and amount");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "not_overreturned",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "returned",
                table: "payments");
        }
    }
}
