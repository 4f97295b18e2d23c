using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Payments.Model.Migrations
{
    /// <inheritdoc />
    public partial class CaptureAtShipment : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropCheckConstraint(
                name: "part_refunds_within_amount",
                table: "payments");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "authorised_until",
                table: "payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "captured",
                table: "payments",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<decimal>(
                name: "capturing",
                table: "payments",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<int>(
                name: "open_calls",
                table: "payments",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<decimal>(
                name: "released",
                table: "payments",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "renew_at",
                table: "payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "renewals",
                table: "payments",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            // Until now every payment was captured as a whole.
            migrationBuilder.Sql("""
                update payments p set captured = amount
                where state = 'captured' or exists (
                    select from provider_calls c
                    where c.order_id = p.order_id and c.operation = 'charge' and c.state = 'succeeded');
                update payments p set open_calls = (
                    select count(*) from provider_calls c
                    where c.order_id = p.order_id and c.state in ('open', 'processing'));
                """);

            migrationBuilder.CreateIndex(
                name: "ix_payments_renew_at",
                table: "payments",
                column: "renew_at",
                filter: "renew_at is not null");

            migrationBuilder.AddCheckConstraint(
                name: "captures_within_amount",
                table: "payments",
                sql: "captured >= 0 and capturing >= 0 and captured + capturing <= amount");

            migrationBuilder.AddCheckConstraint(
                name: "part_refunds_within_captured",
                table: "payments",
                sql: "refunded_in_parts between 0 and captured");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_payments_renew_at",
                table: "payments");

            migrationBuilder.DropCheckConstraint(
                name: "captures_within_amount",
                table: "payments");

            migrationBuilder.DropCheckConstraint(
                name: "part_refunds_within_captured",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "authorised_until",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "captured",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "capturing",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "open_calls",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "released",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "renew_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "renewals",
                table: "payments");

            migrationBuilder.AddCheckConstraint(
                name: "part_refunds_within_amount",
                table: "payments",
                sql: "refunded_in_parts between 0 and amount");
        }
    }
}
