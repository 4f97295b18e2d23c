using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class AddItemVersions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<bool>(
                name: "on_sale",
                table: "items",
                type: "boolean",
                nullable: false,
                defaultValue: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                table: "items",
                type: "integer",
                nullable: false,
                defaultValue: 1);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "on_sale",
                table: "items");

            migrationBuilder.DropColumn(
                name: "version",
                table: "items");
        }
    }
}
