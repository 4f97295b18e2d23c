using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Model.Migrations
{
    /// <inheritdoc />
    public partial class Transitions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_events_subject",
                table: "events",
                columns: new[] { "subject", "version" },
                unique: true,
                filter: "type like 'order.%'");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_events_subject",
                table: "events");
        }
    }
}
