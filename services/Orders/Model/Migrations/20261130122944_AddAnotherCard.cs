using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Model.Migrations
{
    /// <inheritdoc />
    public partial class AddAnotherCard : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_unfinished",
                table: "orders");

            migrationBuilder.AddColumn<bool>(
                name: "another_card",
                table: "orders",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "pay_by",
                table: "orders",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "payment_attempt",
                table: "orders",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.CreateTable(
                name: "named_cards",
                columns: table => new
                {
                    caller = table.Column<string>(type: "text", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: false),
                    attempt = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<int>(type: "integer", nullable: false),
                    named_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_named_cards", x => new { x.caller, x.key });
                });

            migrationBuilder.CreateIndex(
                name: "ix_orders_unfinished",
                table: "orders",
                column: "number",
                filter: "compensation_pending or status in ('accepted', 'reserved', 'paid', 'backordered', 'awaiting_customer', 'awaiting_payment')");

            migrationBuilder.CreateIndex(
                name: "ix_named_cards_order_id_attempt",
                table: "named_cards",
                columns: new[] { "order_id", "attempt" },
                unique: true);
            migrationBuilder.Sql("grant select, insert on named_cards to orders_app;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "named_cards");

            migrationBuilder.DropIndex(
                name: "ix_orders_unfinished",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "another_card",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "pay_by",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "payment_attempt",
                table: "orders");

            migrationBuilder.CreateIndex(
                name: "ix_orders_unfinished",
                table: "orders",
                column: "number",
                filter: "compensation_pending or status in ('accepted', 'reserved', 'paid', 'backordered', 'awaiting_customer')");
        }
    }
}
