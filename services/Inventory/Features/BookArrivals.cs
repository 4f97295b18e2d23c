using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /inbounds/{reference}/receipts</c>: what has arrived of a document, in as many parts as it comes.</summary>
internal static class BookArrivals
{
    /// <param name="Reason">Explains a discrepancy; a supplier's delivery of more than was announced demands one.</param>
    internal sealed record Request(IReadOnlyList<OrderedUnits> Lines, string? Reason = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/inbounds/{reference}/receipts", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Book what has arrived of a document")
            .WithTags("Inbound")
            .Produces<GetInbounds.Document>();

    private static async Task<IResult> HandleAsync(
        string reference,
        Request body,
        IdempotencyKey key,
        StockCommands stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new Checks().Reason(body.Reason).Lines(body.Lines);
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new ReceiveInbound(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    reference,
                    body.Lines,
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
