using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.History.Data.Migrations
{
    /// <inheritdoc />
    public partial class Timelines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "actor",
                table: "order_timeline",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "trace",
                table: "order_timeline",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                table: "order_timeline",
                type: "integer",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_stock_timeline_location_operation",
                table: "stock_timeline",
                columns: new[] { "location", "operation" });

            migrationBuilder.CreateIndex(
                name: "ix_order_owners_customer",
                table: "order_owners",
                column: "customer");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_stock_timeline_location_operation",
                table: "stock_timeline");

            migrationBuilder.DropIndex(
                name: "ix_order_owners_customer",
                table: "order_owners");

            migrationBuilder.DropColumn(
                name: "actor",
                table: "order_timeline");

            migrationBuilder.DropColumn(
                name: "trace",
                table: "order_timeline");

            migrationBuilder.DropColumn(
                name: "version",
                table: "order_timeline");
        }
    }
}
