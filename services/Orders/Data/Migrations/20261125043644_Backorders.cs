using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Data.Migrations
{
    /// <inheritdoc />
    public partial class Backorders : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_in_saga",
                table: "orders");

            migrationBuilder.AddColumn<Guid>(
                name: "hold_id",
                table: "orders",
                type: "uuid",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_orders_unfinished",
                table: "orders",
                column: "number",
                filter: "undo or status in ('accepted', 'reserved', 'paid', 'backordered')");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_orders_unfinished",
                table: "orders");

            migrationBuilder.DropColumn(
                name: "hold_id",
                table: "orders");

            migrationBuilder.CreateIndex(
                name: "ix_orders_in_saga",
                table: "orders",
                column: "number",
                filter: "undo or status in ('accepted', 'reserved', 'paid')");
        }
    }
}
