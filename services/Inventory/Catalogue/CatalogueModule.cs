using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>Items and locations.</summary>
internal static class CatalogueModule
{
    public static IServiceCollection AddCatalogue(this IServiceCollection services) =>
        services.AddSingleton<KeyedChanges>().AddSingleton<ItemStore>().AddSingleton<LocationStore>();

    public static void MapCatalogue(this IEndpointRouteBuilder routes)
    {
        routes
            .MapGet("/items", ListItems.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("List or search items")
            .WithTags("Items");
        routes
            .MapGet("/items/{sku}", GetItem.HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Get an item")
            .WithTags("Items");
        routes
            .MapPut("/items/{sku}", PutItem.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Create an item, or state an existing one anew")
            .WithTags("Items");
        routes
            .MapPatch("/items/{sku}", PatchItem.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Change some fields of an item")
            .WithTags("Items");

        // Called by Orders through its sidecar. The gateway does not route it.
        routes.MapPost("/items/lookup", LookUpItems.HandleAsync).ExcludeFromDescription();

        var locations = routes.MapGroup("/locations").RequireAuthorization(Identity.Operator).WithTags("Locations");
        locations.MapGet("", GetLocations.ManyAsync).WithSummary("List locations, by priority");
        locations.MapGet("/{location}", GetLocations.OneAsync).WithSummary("Get a location");
        locations
            .MapPut("/{location}", PutLocation.HandleAsync)
            .WithSummary("Declare a location, or state an existing one anew");
        locations.MapPatch("/{location}", PatchLocation.HandleAsync).WithSummary("Change some rules of a location");

        // Called by Orders through its sidecar. The gateway does not route it.
        routes.MapPost("/locations/lookup", GetLocations.LookUpAsync).ExcludeFromDescription();
    }
}
