using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Model.Migrations
{
    /// <inheritdoc />
    public partial class Waiting : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_in_saga",
                table: "orders");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "decide_by",
                table: "orders",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<Guid>(
                name: "hold_id",
                table: "orders",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "cancelled",
                table: "order_lines",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.CreateIndex(
                name: "ix_orders_unfinished",
                table: "orders",
                column: "number",
                filter: "undo or status in ('accepted', 'reserved', 'paid', 'backordered', 'awaiting_customer')");

            migrationBuilder.AddCheckConstraint(
                name: "not_overcancelled",
                table: "order_lines",
                sql: "cancelled between 0 and quantity");
            migrationBuilder.Sql("grant update (cancelled) on order_lines to orders_app");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_unfinished",
                table: "orders");

            migrationBuilder.DropCheckConstraint(
                name: "not_overcancelled",
                table: "order_lines");

            migrationBuilder.DropColumn(
                name: "decide_by",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "hold_id",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "cancelled",
                table: "order_lines");

            migrationBuilder.CreateIndex(
                name: "ix_orders_in_saga",
                table: "orders",
                column: "number",
                filter: "undo or status in ('accepted', 'reserved', 'paid')");
        }
    }
}
