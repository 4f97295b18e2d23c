using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.History.Data.Migrations
{
    /// <inheritdoc />
    public partial class AllQuantities : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "held",
                table: "stock_timeline",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "incoming",
                table: "stock_timeline",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "unavailable",
                table: "stock_timeline",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "held",
                table: "stock_timeline");

            migrationBuilder.DropColumn(
                name: "incoming",
                table: "stock_timeline");

            migrationBuilder.DropColumn(
                name: "unavailable",
                table: "stock_timeline");
        }
    }
}
