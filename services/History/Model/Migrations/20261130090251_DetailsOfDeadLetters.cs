using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace DaprShop.History.Model.Migrations
{
    /// <inheritdoc />
    public partial class DetailsOfDeadLetters : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "details",
                table: "dead_letters",
                type: "text",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "details",
                table: "dead_letters");
        }
    }
}
