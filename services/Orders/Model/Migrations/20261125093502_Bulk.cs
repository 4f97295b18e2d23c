using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Orders.Model.Migrations
{
    /// <inheritdoc />
    public partial class Bulk : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "bulk_jobs",
                columns: table => new
                {
                    id = table.Column<Guid>(type: "uuid", nullable: false),
                    caller = table.Column<string>(type: "text", nullable: false),
                    by_operator = table.Column<bool>(type: "boolean", nullable: false),
                    key = table.Column<string>(type: "text", nullable: false),
                    on_error = table.Column<string>(type: "text", nullable: false),
                    state = table.Column<string>(type: "text", nullable: false),
                    paused = table.Column<bool>(type: "boolean", nullable: false),
                    received = table.Column<int>(type: "integer", nullable: false),
                    @checked = table.Column<int>(name: "checked", type: "integer", nullable: false),
                    accepted = table.Column<int>(type: "integer", nullable: false),
                    replayed = table.Column<int>(type: "integer", nullable: false),
                    rejected = table.Column<int>(type: "integer", nullable: false),
                    parked = table.Column<int>(type: "integer", nullable: false),
                    version = table.Column<long>(type: "bigint", nullable: false),
                    created_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false),
                    received_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    finished_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    served_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bulk_jobs", x => x.id);
                });

            migrationBuilder.CreateTable(
                name: "bulk_rows",
                columns: table => new
                {
                    job_id = table.Column<Guid>(type: "uuid", nullable: false),
                    row = table.Column<int>(type: "integer", nullable: false),
                    body = table.Column<string>(type: "text", nullable: true),
                    fault = table.Column<string>(type: "text", nullable: true),
                    state = table.Column<string>(type: "text", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    order_id = table.Column<Guid>(type: "uuid", nullable: true),
                    replayed = table.Column<bool>(type: "boolean", nullable: false),
                    errors = table.Column<string>(type: "jsonb", nullable: true),
                    cause = table.Column<string>(type: "text", nullable: true),
                    key = table.Column<string>(type: "text", nullable: true),
                    fingerprint = table.Column<byte[]>(type: "bytea", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_bulk_rows", x => new { x.job_id, x.row });
                    table.ForeignKey(
                        name: "fk_bulk_rows_bulk_jobs_job_id",
                        column: x => x.job_id,
                        principalTable: "bulk_jobs",
                        principalColumn: "id");
                });

            migrationBuilder.CreateIndex(
                name: "ix_bulk_jobs_caller_key",
                table: "bulk_jobs",
                columns: new[] { "caller", "key" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_bulk_jobs_due",
                table: "bulk_jobs",
                column: "served_at",
                filter: "state in ('checking', 'running') and not paused");

            migrationBuilder.CreateIndex(
                name: "ix_bulk_rows_errors",
                table: "bulk_rows",
                columns: new[] { "job_id", "row" },
                filter: "errors is not null or state = 'parked'");

            migrationBuilder.CreateIndex(
                name: "ix_bulk_rows_keys",
                table: "bulk_rows",
                columns: new[] { "job_id", "key" },
                filter: "key is not null");

            migrationBuilder.CreateIndex(
                name: "ix_bulk_rows_left",
                table: "bulk_rows",
                columns: new[] { "job_id", "state", "attempts", "row" },
                filter: "state in ('pending', 'checked')");

            migrationBuilder.Sql("""
                grant select, insert, update on bulk_jobs to orders_app;
                grant select, insert, update (state, attempts, order_id, replayed, errors, cause, key, fingerprint) on bulk_rows to orders_app;
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "bulk_rows");

            migrationBuilder.DropTable(
                name: "bulk_jobs");
        }
    }
}
