using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>What is sold, and the locations where it lies.</summary>
internal static class CatalogueModule
{
    public static void MapCatalogue(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPut("/items/{sku}", PutItem.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Create or change an item")
            .WithTags("Stock");

        // For sidecars only.
        routes.MapPost("/items/lookup", LookUpItems.HandleAsync).ExcludeFromDescription();

        var locations = routes.MapGroup("/locations").RequireAuthorization(Identity.Operator).WithTags("Stock");
        locations.MapPut("/{location}", PutLocation.HandleAsync).WithSummary("Say how early a location sells");
        locations.MapGet("", PutLocation.ListAsync).WithSummary("All locations, first the one that sells first");
    }
}
