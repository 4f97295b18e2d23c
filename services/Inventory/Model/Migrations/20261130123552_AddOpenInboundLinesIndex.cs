using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class AddOpenInboundLinesIndex : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_inbound_lines_open",
                table: "inbound_lines",
                columns: new[] { "sku", "reference" },
                filter: "expected > received + closed");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_inbound_lines_open",
                table: "inbound_lines");
        }
    }
}
