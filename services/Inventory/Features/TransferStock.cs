using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /transfers</c>: units leave a location at once, and are in transit until the other one has received them.</summary>
internal static class TransferStock
{
    internal sealed record Request(
        string Reference,
        string From,
        string To,
        IReadOnlyList<OrderedUnits> Lines,
        string Reason,
        DateTimeOffset? ExpectedAt = null
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/transfers", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Send units to another location")
            .WithTags("Inbound")
            .Produces<GetInbounds.Document>();

    private static async Task<IResult> HandleAsync(
        Request body,
        IdempotencyKey key,
        StockCommands stock,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new Checks()
            .Reference(body.Reference)
            .Location(body.From, "/from")
            .Location(body.To, "/to")
            .Reason(body.Reason)
            .Lines(body.Lines)
            .That(body.From != body.To, "/to", "Units are sent to another location than the one they come from.");
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new OpenInbound(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    body.Reference,
                    body.To,
                    body.From,
                    body.ExpectedAt,
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
