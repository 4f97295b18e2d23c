using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Model.Migrations
{
    /// <inheritdoc />
    public partial class Parcels : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "not_overcancelled",
                table: "order_lines");

            migrationBuilder.AddColumn<int>(
                name: "returned",
                table: "order_lines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<int>(
                name: "shipped",
                table: "order_lines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateTable(
                name: "returns",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    lines = table.Column<string>(type: "jsonb", nullable: false),
                    decision = table.Column<string>(type: "jsonb", nullable: true),
                    location = table.Column<string>(type: "text", nullable: true),
                    amount = table.Column<decimal>(type: "numeric(18,4)", precision: 18, scale: 4, nullable: true),
                    reason = table.Column<string>(type: "text", nullable: false),
                    caller = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    decider = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    decided_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    settled_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_returns", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "shipments",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    number = table.Column<int>(type: "integer", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    lines = table.Column<string>(type: "jsonb", nullable: false),
                    actor = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    dispatched_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    delivered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_shipments", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_orders_accepted_at",
                table: "orders",
                column: "accepted_at")
                .Annotation("Npgsql:IndexMethod", "brin");

            migrationBuilder.CreateIndex(
                name: "ix_orders_rare",
                table: "orders",
                columns: new[] { "status", "number" },
                filter: "status not in ('accepted', 'reserved', 'paid', 'confirmed', 'delivered')");

            migrationBuilder.CreateIndex(
                name: "ix_order_lines_sku_order_id",
                table: "order_lines",
                columns: new[] { "sku", "order_id" });

            migrationBuilder.AddCheckConstraint(
                name: "not_overreturned",
                table: "order_lines",
                sql: "returned between 0 and shipped");

            migrationBuilder.AddCheckConstraint(
                name: "not_overshipped",
                table: "order_lines",
                sql: "cancelled >= 0 and shipped >= 0 and cancelled + shipped <= quantity");

            migrationBuilder.CreateIndex(
                name: "ix_returns_caller_key",
                table: "returns",
                columns: new[] { "caller", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_returns_due",
                table: "returns",
                column: "due_at",
                filter: "state = 'decided'");

            migrationBuilder.CreateIndex(
                name: "ix_returns_order_id_number",
                table: "returns",
                columns: new[] { "order_id", "number" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_returns_requested",
                table: "returns",
                column: "created_at",
                filter: "state = 'requested'");

            migrationBuilder.CreateIndex(
                name: "ix_shipments_actor_key",
                table: "shipments",
                columns: new[] { "actor", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_shipments_due",
                table: "shipments",
                column: "due_at",
                filter: "state = 'preparing'");

            migrationBuilder.CreateIndex(
                name: "ix_shipments_one_preparing",
                table: "shipments",
                column: "order_id",
                unique: true,
                filter: "state = 'preparing'");

            migrationBuilder.CreateIndex(
                name: "ix_shipments_order_id_number",
                table: "shipments",
                columns: new[] { "order_id", "number" },
                unique: true);
            migrationBuilder.Sql("grant update (shipped, returned) on order_lines to orders_app; grant select, insert, update on shipments, returns to orders_app");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "returns");

            migrationBuilder.DropTable(
                name: "shipments");

            migrationBuilder.DropIndex(
                name: "ix_orders_accepted_at",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_orders_rare",
                table: "orders");

            migrationBuilder.DropIndex(
                name: "ix_order_lines_sku_order_id",
                table: "order_lines");

            migrationBuilder.DropCheckConstraint(
                name: "not_overreturned",
                table: "order_lines");

            migrationBuilder.DropCheckConstraint(
                name: "not_overshipped",
                table: "order_lines");

            migrationBuilder.DropColumn(
                name: "returned",
                table: "order_lines");

            migrationBuilder.DropColumn(
                name: "shipped",
                table: "order_lines");

            migrationBuilder.AddCheckConstraint(
                name: "not_overcancelled",
                table: "order_lines",
                sql: "cancelled between 0 and quantity");
        }
    }
}
