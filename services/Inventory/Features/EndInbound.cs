using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /inbounds/{reference}/close</c>: nothing more will arrive. What is missing goes back to where it was sent from, or is given up.</summary>
internal static class EndInbound
{
    private const string Return = "return";
    private const string WriteOff = "writeOff";

    /// <param name="Disposition"><c>return</c> (of a transfer only) or <c>writeOff</c>.</param>
    internal sealed record Request(string Disposition, string Reason);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/inbounds/{reference}/close", HandleAsync)
            .RequireAuthorization(Identity.Operator)
            .WithSummary("End a document whose rest will not arrive")
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
        var complaints = new Checks()
            .Reason(body.Reason)
            .That(
                body.Disposition is Return or WriteOff,
                "/disposition",
                $"What has not arrived is dealt with by {Return} or {WriteOff}."
            );
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new CloseInbound(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, body),
                    reference,
                    body.Disposition == Return,
                    context.Name(),
                    body.Reason
                ),
                cancellationToken
            ),
            context
        );
    }
}
