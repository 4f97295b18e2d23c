using DaprShop.Contracts;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /inbounds</c>: an operator announces units that a supplier will send. They are incoming, and nobody's to buy yet.</summary>
internal static class AnnounceInbound
{
    internal sealed record Request(
        string Reference,
        IReadOnlyList<OrderedUnits> Lines,
        string? Location = null,
        DateTimeOffset? ExpectedAt = null
    );

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/inbounds", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("Announce units that a supplier will send")
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
        var complaints = new Checks().Reference(body.Reference).Location(body.Location).Lines(body.Lines);
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new OpenInbound(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    body.Reference,
                    body.Location ?? Limits.DefaultLocation,
                    Source: null,
                    body.ExpectedAt,
                    body.Lines,
                    context.Name(),
                    Reason: null
                ),
                cancellationToken
            ),
            context
        );
    }
}
