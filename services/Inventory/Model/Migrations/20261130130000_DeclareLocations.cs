using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.Inventory.Model.Migrations
{
    /// <inheritdoc />
    public partial class DeclareLocations : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "sold_since",
                table: "locations",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "version",
                table: "locations",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            // Until now a location existed as soon as it had stock, and all were sold from.
            migrationBuilder.Sql(
                """
                insert into locations (location, priority)
                select location, 100 from levels
                union select location, 100 from inbounds
                union select source, 100 from inbounds where source is not null
                union select 'main', 100
                on conflict do nothing;
                update locations set sold_since = 'epoch';
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "sold_since",
                table: "locations");

            migrationBuilder.DropColumn(
                name: "version",
                table: "locations");
        }
    }
}
