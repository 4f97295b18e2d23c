using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Payments.Model.Migrations
{
    /// <inheritdoc />
    public partial class ProviderCalls : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            // The provider was a part of the service; its payments are unknown to the provider that is asked from now on.
            migrationBuilder.Sql("""
                do $$ begin
                    if exists (select from payments) or exists (select from credits) then
                        raise exception 'The payments of this shop were made by the built-in provider of an older build and '
                            'cannot be carried over. Delete the shop''s data with `./shop down --wipe` and start it again.';
                    end if;
                end $$;
                """);
            migrationBuilder.DropTable(
                name: "provider_ledger");

            migrationBuilder.DropColumn(
                name: "token",
                table: "payments");

            migrationBuilder.RenameColumn(
                name: "charge_attempts",
                table: "payments",
                newName: "attempt");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "ended_at",
                table: "payments",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "provider_id",
                table: "payments",
                type: "text",
                nullable: true);

            migrationBuilder.AddColumn<decimal>(
                name: "refunds_exact",
                table: "payments",
                type: "numeric",
                nullable: false,
                defaultValue: 0m);

            migrationBuilder.CreateTable(
                name: "provider_calls",
                columns: table => new
                {
                    key = table.Column<string>(type: "text", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: true),
                    reference = table.Column<string>(type: "text", nullable: false),
                    operation = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<decimal>(type: "numeric", nullable: false),
                    token = table.Column<string>(type: "text", nullable: true),
                    provider_id = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    reason = table.Column<string>(type: "text", nullable: true),
                    is_cancelled = table.Column<bool>(type: "boolean", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    asked_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    due_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    answered_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_provider_calls", x => x.key);
                });

            migrationBuilder.CreateIndex(
                name: "ix_provider_calls_due_at",
                table: "provider_calls",
                column: "due_at",
                filter: "state in ('open', 'processing')");

            migrationBuilder.CreateIndex(
                name: "ix_provider_calls_order_id",
                table: "provider_calls",
                column: "order_id");
            migrationBuilder.Sql("grant select, insert, update on provider_calls to payments_app;");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "provider_calls");

            migrationBuilder.DropColumn(
                name: "ended_at",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "provider_id",
                table: "payments");

            migrationBuilder.DropColumn(
                name: "refunds_exact",
                table: "payments");

            migrationBuilder.RenameColumn(
                name: "attempt",
                table: "payments",
                newName: "charge_attempts");

            migrationBuilder.AddColumn<string>(
                name: "token",
                table: "payments",
                type: "text",
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "provider_ledger",
                columns: table => new
                {
                    reference = table.Column<string>(type: "text", nullable: false),
                    kind = table.Column<string>(type: "text", nullable: false),
                    amount = table.Column<decimal>(type: "numeric", nullable: false),
                    recorded_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_provider_ledger", x => new { x.reference, x.kind });
                });
        }
    }
}
