using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class ClaimingCustomers : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_reservations_customer",
                table: "reservations");

            migrationBuilder.CreateIndex(
                name: "ix_reservations_customer",
                table: "reservations",
                column: "customer",
                filter: "state in ('allocated', 'backordered')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_reservations_customer",
                table: "reservations");

            migrationBuilder.CreateIndex(
                name: "ix_reservations_customer",
                table: "reservations",
                column: "customer");
        }
    }
}
