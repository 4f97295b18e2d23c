using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Stock;

/// <summary>Answers of keyed requests over HTTP: what was done, what was done before, or why nothing was.</summary>
internal static class OutcomeResults
{
    public static IResult Of(CommandOutcome answer, HttpContext context)
    {
        if (answer.Refusal is { } refusal)
            return Explain(refusal);
        if (answer.Replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Text(answer.Body, "application/json");
    }

    private static ProblemHttpResult Explain(Refusal refusal) =>
        refusal.Kind switch
        {
            RefusalKind.OtherRequest => IdempotencyKey.Conflict(refusal.What),
            RefusalKind.UnknownSku => Problems.Of(
                404,
                "unknown-sku",
                "Unknown SKU",
                $"There is no item '{refusal.What}' here. Items are created with PUT /items/{{sku}}.",
                ("sku", refusal.What)
            ),
            RefusalKind.NeverStocked => Problems.Of(
                422,
                "never-stocked",
                "Never stocked",
                $"'{refusal.What}' is a service: sold, but never stocked.",
                ("sku", refusal.What)
            ),
            RefusalKind.OutOfStock => Problems.Of(
                409,
                "out-of-stock",
                "Not enough available",
                "Units that are promised or held cannot be taken.",
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
                "stock-stale",
                "On-hand has changed",
                $"{refusal.State} units of '{refusal.What}' are on hand, not what the request expects. Look again, and send what is right now.",
                ("sku", refusal.What),
                ("current", refusal.State)
            ),
            RefusalKind.Ended => Problems.Of(
                409,
                "ended",
                "It is over",
                $"The {refusal.What} is {StateOf(refusal)}: nothing can be changed about it.",
                ("state", StateOf(refusal))
            ),
            RefusalKind.Exists => Problems.Of(
                409,
                "exists",
                "There is one already",
                $"There is a {refusal.What} already.",
                ("what", refusal.What)
            ),
            RefusalKind.TooMany => Problems.Of(
                409,
                "too-many",
                "More than there are",
                $"So many units of '{refusal.What}' are not to be had here; see `left`.",
                ("sku", refusal.What),
                ("left", refusal.State)
            ),
            RefusalKind.LimitExceeded => Problems.Of(
                409,
                "limit-exceeded",
                "More than one customer may have",
                $"A customer may have {refusal.State} units of '{refusal.What}'.",
                ("sku", refusal.What),
                ("limit", refusal.State)
            ),
            RefusalKind.NoSource => Problems.Of(
                422,
                "no-source",
                "Nowhere to go back to",
                $"The document '{refusal.What}' is a supplier's: what has not arrived can only be written off. Send the disposition \"writeOff\"."
            ),
            _ => Problems.NotFound(refusal.What),
        };

    private static string? StateOf(Refusal refusal) =>
        refusal.State is Enum state
            ? System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString())
            : refusal.State?.ToString();
}
