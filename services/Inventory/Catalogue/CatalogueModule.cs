using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Items and locations.</summary>
internal static class CatalogueModule
{
    public static void MapCatalogue(this IEndpointRouteBuilder routes)
    {
        routes
            .MapPut("/items/{sku}", PutItem.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Create or change an item")
            .WithTags("Stock");

        // Called by Orders through its sidecar. The gateway does not route it.
        routes.MapPost("/items/lookup", LookUpItems.HandleAsync).ExcludeFromDescription();

        var locations = routes.MapGroup("/locations").RequireAuthorization(Identity.Operator).WithTags("Stock");
        locations.MapPut("/{location}", PutLocation.HandleAsync).WithSummary("Set the priority of a location");
        locations.MapGet("", PutLocation.ListAsync).WithSummary("List locations, by priority");
    }
}
