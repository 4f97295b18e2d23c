using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Inbound;

/// <summary>Documents of units on their way: announced by a supplier, or in transit between locations.</summary>
internal static class InboundModule
{
    public static void MapInbound(this IEndpointRouteBuilder routes)
    {
        var inbounds = routes.MapGroup("/inbounds").RequireAuthorization(Identity.Operator).WithTags("Inbound");
        inbounds
            .MapPost("", AnnounceInbound.HandleAsync)
            .WithSummary("Announce units that a supplier will send")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapPost("/{reference}/receipts", ReceiveInbound.HandleAsync)
            .WithSummary("Book what has arrived of a document")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapPost("/{reference}/close", CloseInbound.HandleAsync)
            .WithSummary("End a document whose rest will not arrive")
            .Produces<GetInbounds.Document>();
        inbounds
            .MapGet("/{reference}", GetInbounds.OneAsync)
            .WithSummary("An inbound document: expected, received and left per line");
        inbounds
            .MapGet("", GetInbounds.ManyAsync)
            .WithSummary("Inbound documents by reference, or those still open, page by page");
        routes
            .MapPost("/transfers", TransferStock.HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Send units to another location")
            .WithTags("Inbound")
            .Produces<GetInbounds.Document>();
    }
}
