using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>Inbound documents: units announced by a supplier, or in transit between locations.</summary>
internal static class InboundModule
{
    public static void MapInbound(this IEndpointRouteBuilder routes)
    {
        var inbounds = routes.MapGroup("/inbounds").RequireAuthorization(Identity.Operator).WithTags("Inbound");
        inbounds
            .MapPost("", AnnounceInbound.HandleAsync)
            .WithSummary("Announce units from a supplier")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapPost("/{reference}/receipts", ReceiveInbound.HandleAsync)
            .WithSummary("Book arrived units of a document")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapPost("/{reference}/close", CloseInbound.HandleAsync)
            .WithSummary("Close a document")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapPatch("/{reference}", ChangeInbound.HandleAsync)
            .WithSummary("Change when a document is expected")
            .Produces<GetInbounds.Document>();
        inbounds.MapGet("/{reference}", GetInbounds.OneAsync).WithSummary("Get an inbound document");
        inbounds.MapGet("", GetInbounds.ManyAsync).WithSummary("List inbound documents, by reference");
        routes
            .MapPost("/transfers", TransferStock.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Transfer units to another location")
            .WithTags("Inbound")
            .Produces<GetInbounds.Document>();
    }
}
