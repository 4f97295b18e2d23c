using DaprShop.Inventory.Model;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// HTTP results of keyed commands: the response, the recorded response of an earlier request, or a problem.
/// </summary>
internal static class OutcomeResults
{
    /// <summary>Runs a command, and returns the HTTP result of its outcome.</summary>
    public static async Task<IResult> RunAsync(
        this StockCommandQueue stock,
        StockCommand command,
        HttpContext context,
        CancellationToken cancellationToken
    ) => Of(await stock.RunAsync<CommandOutcome>(command, cancellationToken), context);

    public static IResult Of(CommandOutcome outcome, HttpContext context)
    {
        if (outcome.Refusal is { } refusal)
            return ToProblem(refusal);
        if (outcome.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Text(outcome.Body, "application/json");
    }

    private static ProblemHttpResult ToProblem(Refusal refusal) =>
        refusal.Kind switch
        {
            RefusalKind.OtherRequest => IdempotencyKey.Conflict(refusal.Subject),
            RefusalKind.UnknownSku => Problems.Of(
                404,
                "unknown-sku",
                "Unknown SKU",
                $"There is no item '{refusal.Subject}' here. Items are created with PUT /items/{{sku}}.",
                ("sku", refusal.Subject)
            ),
            RefusalKind.UnknownLocation => Problems.Of(
                409,
                "unknown-location",
                "Unknown location",
                $"There is no location '{refusal.Subject}' here. Declare it with PUT /locations/{{location}} before stock "
                    + $"is booked there.{Alike((IReadOnlyList<string>)refusal.State!)}",
                ("location", refusal.Subject),
                ("alike", refusal.State)
            ),
            RefusalKind.NeverStocked => Problems.Of(
                422,
                "never-stocked",
                "Never stocked",
                $"'{refusal.Subject}' is a service: it is sold, but never stocked.",
                ("sku", refusal.Subject)
            ),
            RefusalKind.NotOnSale => Problems.Of(
                409,
                "not-on-sale",
                "Not on sale",
                $"'{refusal.Subject}' is not on sale at present.",
                ("sku", refusal.Subject)
            ),
            RefusalKind.OutOfStock => Problems.Of(
                409,
                "out-of-stock",
                "Not enough units available",
                string.Join(' ', refusal.Items!.Select(Describe)),
                (
                    "items",
                    refusal.Items!.Select(i => new
                    {
                        i.Sku,
                        i.Requested,
                        i.Available,
                    })
                )
            ),
            RefusalKind.Stale => Problems.Of(
                409,
                "on-hand-changed",
                "On-hand has changed",
                $"{refusal.State} units of '{refusal.Subject}' are on hand, not the number that the request expects. "
                    + "Count again and send the current number as `expected`.",
                ("sku", refusal.Subject),
                ("current", refusal.State)
            ),
            RefusalKind.Ended => Problems.Of(
                409,
                "already-ended",
                "Already ended",
                $"The {refusal.Subject} is {StateOf(refusal)} and can no longer be changed.",
                ("state", StateOf(refusal))
            ),
            RefusalKind.InUse => Problems.Of(
                409,
                "hold-in-use",
                "An order uses the hold",
                $"The {refusal.Subject} is named by an order that is being processed. It stands until the order has used "
                    + "it or is cancelled.",
                ("subject", refusal.Subject)
            ),
            RefusalKind.OrderId => Problems.Of(
                409,
                "reference-of-an-order",
                "The reference is an order's id",
                $"'{refusal.Subject}' is the id of an order. Its units come back with POST /orders/{{id}}/returns; use "
                    + "another reference or key for what does not belong to it.",
                ("reference", refusal.Subject)
            ),
            RefusalKind.Exists => Problems.Of(
                409,
                "already-exists",
                "Already exists",
                $"The {refusal.Subject} already exists.",
                ("subject", refusal.Subject)
            ),
            RefusalKind.TooMany => Problems.Of(
                409,
                "too-many-units",
                "Too many units",
                $"Only {refusal.State} units of '{refusal.Subject}' are available here.",
                ("sku", refusal.Subject),
                ("remaining", refusal.State)
            ),
            RefusalKind.TooFewAllocated => Problems.Of(
                409,
                "too-many-units",
                "Too many units",
                $"Only {refusal.State} units of '{refusal.Subject}' are allocated to the order here and not shipped.",
                ("sku", refusal.Subject),
                ("remaining", refusal.State)
            ),
            RefusalKind.TooFewSetAside => Problems.Of(
                409,
                "too-many-units",
                "Too many units",
                $"Only {refusal.State} units of '{refusal.Subject}' are set aside here.",
                ("sku", refusal.Subject),
                ("remaining", refusal.State)
            ),
            RefusalKind.LimitExceeded => Problems.Of(
                409,
                "limit-exceeded",
                "Limit per customer exceeded",
                $"A customer may buy at most {refusal.State} units of '{refusal.Subject}'.",
                ("sku", refusal.Subject),
                ("limit", refusal.State)
            ),
            RefusalKind.NoSource => Problems.Of(
                422,
                "no-source-location",
                "No source location",
                $"The document '{refusal.Subject}' is a supplier delivery. It has no source location, so units that "
                    + "have not arrived can only be written off: send the disposition \"writeOff\"."
            ),
            _ => Problems.NotFound(refusal.Subject),
        };

    private static string Describe(ShortLevel level) =>
        $"Only {level.Available} units of '{level.Sku}' are available; {level.Requested} were requested.";

    private static string Alike(IReadOnlyList<string> names) =>
        names.Count == 0 ? "" : $" Spelt alike: {string.Join(", ", names.Select(n => $"'{n}'"))}.";

    private static string? StateOf(Refusal refusal) =>
        refusal.State is Enum state
            ? System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString())
            : refusal.State?.ToString();
}
