using System;
using Microsoft.EntityFrameworkCore.Migrations;
using Npgsql.EntityFrameworkCore.PostgreSQL.Metadata;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class Queues : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_movements_cause_kind_sku_location",
                table: "movements");

            migrationBuilder.DropCheckConstraint(
                name: "no_oversell",
                table: "levels");

            migrationBuilder.DropCheckConstraint(
                name: "not_negative",
                table: "levels");

            migrationBuilder.DropPrimaryKey(
                name: "pk_allocations",
                table: "allocations");

            migrationBuilder.AddColumn<string>(
                name: "customer",
                table: "reservations",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "held",
                table: "movements",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "incoming",
                table: "movements",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "step",
                table: "movements",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<Guid>(
                name: "trace",
                table: "movements",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "unavailable",
                table: "movements",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "short",
                table: "levels",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<int>(
                name: "backorder_limit",
                table: "items",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "limited_since",
                table: "items",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "low_stock_at",
                table: "items",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "max_per_customer",
                table: "items",
                type: "integer",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "step",
                table: "allocations",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddPrimaryKey(
                name: "pk_allocations",
                table: "allocations",
                columns: new[] { "order_id", "sku", "location", "step" });

            migrationBuilder.CreateTable(
                name: "backorders",
                columns: table => new
                {
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    place = table.Column<long>(type: "bigint", nullable: false),
                    quantity = table.Column<int>(type: "integer", nullable: false),
                    filled = table.Column<int>(type: "integer", nullable: false),
                    promised_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_backorders", x => new { x.order_id, x.sku });
                    table.CheckConstraint("not_overfilled", "filled between 0 and quantity");
                });

            migrationBuilder.CreateTable(
                name: "filled_orders",
                columns: table => new
                {
                    id = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_filled_orders", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "holds",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    customer = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    expires_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    entry_id = table.Column<Guid>(type: "uuid", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_holds", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "inbounds",
                columns: table => new
                {
                    reference = table.Column<string>(type: "text", nullable: false),
                    location = table.Column<string>(type: "text", nullable: false),
                    source = table.Column<string>(type: "text", nullable: true),
                    expected_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbounds", x => x.reference);
                });

            migrationBuilder.CreateTable(
                name: "locations",
                columns: table => new
                {
                    location = table.Column<string>(type: "text", nullable: false),
                    priority = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_locations", x => x.location);
                });

            migrationBuilder.CreateTable(
                name: "shipments",
                columns: table => new
                {
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    location = table.Column<string>(type: "text", nullable: false),
                    step = table.Column<long>(type: "bigint", nullable: false),
                    quantity = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shipments", x => new { x.order_id, x.sku, x.location, x.step });
                });

            migrationBuilder.CreateTable(
                name: "waitlist",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    customer = table.Column<string>(type: "text", nullable: false),
                    quantity = table.Column<int>(type: "integer", nullable: false),
                    place = table.Column<long>(type: "bigint", nullable: false)
                        .Annotation("Npgsql:ValueGenerationStrategy", NpgsqlValueGenerationStrategy.IdentityAlwaysColumn),
                    state = table.Column<string>(type: "text", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_waitlist", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "hold_lines",
                columns: table => new
                {
                    hold_id = table.Column<Guid>(type: "uuid", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    location = table.Column<string>(type: "text", nullable: false),
                    quantity = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_hold_lines", x => new { x.hold_id, x.sku, x.location });
                    table.ForeignKey(
                        name: "fk_hold_lines_holds_hold_id",
                        column: x => x.hold_id,
                        principalTable: "holds",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateTable(
                name: "inbound_lines",
                columns: table => new
                {
                    reference = table.Column<string>(type: "text", nullable: false),
                    sku = table.Column<string>(type: "text", nullable: false, collation: "C"),
                    expected = table.Column<int>(type: "integer", nullable: false),
                    received = table.Column<int>(type: "integer", nullable: false),
                    closed = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_inbound_lines", x => new { x.reference, x.sku });
                    table.ForeignKey(
                        name: "fk_inbound_lines_inbounds_reference",
                        column: x => x.reference,
                        principalTable: "inbounds",
                        principalColumn: "reference",
                        onDelete: ReferentialAction.Cascade);
                });

            migrationBuilder.CreateIndex(
                name: "ix_reservations_customer",
                table: "reservations",
                column: "customer");

            migrationBuilder.CreateIndex(
                name: "ix_movements_cause_kind_sku_location_step",
                table: "movements",
                columns: new[] { "cause", "kind", "sku", "location", "step" },
                unique: true);

            migrationBuilder.AddCheckConstraint(
                name: "no_oversell",
                table: "levels",
                sql: "allocated + held <= on_hand - unavailable + short");

            migrationBuilder.AddCheckConstraint(
                name: "not_negative",
                table: "levels",
                sql: "on_hand >= 0 and allocated >= 0 and held >= 0 and unavailable >= 0 and incoming >= 0 and short >= 0");

            migrationBuilder.CreateIndex(
                name: "ix_backorders_open",
                table: "backorders",
                columns: new[] { "sku", "place" },
                filter: "state = 'open'");

            migrationBuilder.CreateIndex(
                name: "ix_hold_lines_sku",
                table: "hold_lines",
                column: "sku");

            migrationBuilder.CreateIndex(
                name: "ix_holds_active",
                table: "holds",
                column: "expires_at",
                filter: "state = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_holds_customer_id",
                table: "holds",
                columns: new[] { "customer", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_holds_one_offer",
                table: "holds",
                column: "entry_id",
                unique: true,
                filter: "state = 'active'");

            migrationBuilder.CreateIndex(
                name: "ix_inbound_lines_sku",
                table: "inbound_lines",
                column: "sku");

            migrationBuilder.CreateIndex(
                name: "ix_inbounds_open",
                table: "inbounds",
                column: "expected_at",
                filter: "state in ('expected', 'in_transit', 'partially_received')");

            migrationBuilder.CreateIndex(
                name: "ix_waitlist_line",
                table: "waitlist",
                columns: new[] { "sku", "place" },
                filter: "state in ('waiting', 'offered')");

            migrationBuilder.CreateIndex(
                name: "ix_waitlist_one_place",
                table: "waitlist",
                columns: new[] { "sku", "customer" },
                unique: true,
                filter: "state in ('waiting', 'offered')");

            // The chain of hashes covers the new columns too: an older ledger is chained anew, once.
            migrationBuilder.Sql("""
                do $$
                declare m record; chain bytea;
                begin
                    for m in select * from movements order by sku, location, sequence loop
                        chain := sha256(case when m.sequence = 1 then ''::bytea else chain end || convert_to(concat(
                            m.sku, '|', m.location, '|', m.sequence, '|', m.kind, '|', m.quantity, '|', m.on_hand, '|', m.allocated, '|', m.held, '|', m.unavailable, '|', m.incoming, '|',
                            m.cause, '|', m.step, '|', m.actor, '|', m.reason, '|', m.trace, '|', (extract(epoch from m.occurred_at) * 1000000)::bigint), 'UTF8'));
                        update movements set hash = chain where (sku, location, sequence) = (m.sku, m.location, m.sequence);
                        update levels set hash = chain where (sku, location, sequence) = (m.sku, m.location, m.sequence);
                    end loop;
                end $$;
                insert into levels (sku, location, on_hand, allocated, held, unavailable, incoming, short, sequence, hash)
                select sku, 'main', 0, 0, 0, 0, 0, 0, 0, '' from items where stocked on conflict do nothing;
                grant select, insert on shipments, hold_lines to inventory_app;
                grant select, insert, update on locations, backorders, holds, waitlist, inbounds, inbound_lines to inventory_app;
                grant select, insert, delete on filled_orders to inventory_app;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "backorders");

            migrationBuilder.DropTable(
                name: "filled_orders");

            migrationBuilder.DropTable(
                name: "hold_lines");

            migrationBuilder.DropTable(
                name: "inbound_lines");

            migrationBuilder.DropTable(
                name: "locations");

            migrationBuilder.DropTable(
                name: "shipments");

            migrationBuilder.DropTable(
                name: "waitlist");

            migrationBuilder.DropTable(
                name: "holds");

            migrationBuilder.DropTable(
                name: "inbounds");

            migrationBuilder.DropIndex(
                name: "ix_reservations_customer",
                table: "reservations");

            migrationBuilder.DropIndex(
                name: "ix_movements_cause_kind_sku_location_step",
                table: "movements");

            migrationBuilder.DropCheckConstraint(
                name: "no_oversell",
                table: "levels");

            migrationBuilder.DropCheckConstraint(
                name: "not_negative",
                table: "levels");

            migrationBuilder.DropPrimaryKey(
                name: "pk_allocations",
                table: "allocations");

            migrationBuilder.DropColumn(
                name: "customer",
                table: "reservations");

            migrationBuilder.DropColumn(
                name: "held",
                table: "movements");

            migrationBuilder.DropColumn(
                name: "incoming",
                table: "movements");

            migrationBuilder.DropColumn(
                name: "step",
                table: "movements");

            migrationBuilder.DropColumn(
                name: "trace",
                table: "movements");

            migrationBuilder.DropColumn(
                name: "unavailable",
                table: "movements");

            migrationBuilder.DropColumn(
                name: "short",
                table: "levels");

            migrationBuilder.DropColumn(
                name: "backorder_limit",
                table: "items");

            migrationBuilder.DropColumn(
                name: "limited_since",
                table: "items");

            migrationBuilder.DropColumn(
                name: "low_stock_at",
                table: "items");

            migrationBuilder.DropColumn(
                name: "max_per_customer",
                table: "items");

            migrationBuilder.DropColumn(
                name: "step",
                table: "allocations");

            migrationBuilder.AddPrimaryKey(
                name: "pk_allocations",
                table: "allocations",
                columns: new[] { "order_id", "sku", "location" });

            migrationBuilder.CreateIndex(
                name: "ix_movements_cause_kind_sku_location",
                table: "movements",
                columns: new[] { "cause", "kind", "sku", "location" },
                unique: true);

            migrationBuilder.AddCheckConstraint(
                name: "no_oversell",
                table: "levels",
                sql: "allocated + held <= on_hand - unavailable");

            migrationBuilder.AddCheckConstraint(
                name: "not_negative",
                table: "levels",
                sql: "on_hand >= 0 and allocated >= 0 and held >= 0 and unavailable >= 0 and incoming >= 0");
        }
    }
}
