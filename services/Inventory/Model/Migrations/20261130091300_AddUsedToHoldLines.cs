using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class AddUsedToHoldLines : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "used",
                table: "hold_lines",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            // Until now a hold was committed as a whole; what its order did not need was released at once.
            migrationBuilder.Sql("""
                update hold_lines l
                set used = l.quantity + coalesce((
                    select sum(m.quantity) from movements m
                    where m.cause = l.hold_id::text and m.kind = 'released' and m.sku = l.sku
                      and m.location = l.location), 0)
                from holds h where h.id = l.hold_id and h.state = 'committed';
                grant update (used) on hold_lines to inventory_app;
                """);

            migrationBuilder.AddCheckConstraint(
                name: "not_overused",
                table: "hold_lines",
                sql: "used between 0 and quantity");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "not_overused",
                table: "hold_lines");

            migrationBuilder.DropColumn(
                name: "used",
                table: "hold_lines");
        }
    }
}
