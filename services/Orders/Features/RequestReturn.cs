using DaprShop.Contracts;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Features;

/// <summary><c>POST /orders/{id}/returns</c>: a customer wants to send back units that have left. What becomes of them is decided when they are seen.</summary>
internal static class RequestReturn
{
    internal sealed record Request(IReadOnlyList<OrderedUnits> Lines, string Reason);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/orders/{id:guid}/returns", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Send units back")
            .WithTags("Returns");

    private static async Task<Results<Created<Return>, ProblemHttpResult>> HandleAsync(
        Guid id,
        Request request,
        IdempotencyKey key,
        ReturnStore returns,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = new List<Complaint>();
        if (
            request.Lines.Count is 0 or > Placement.MaxLines
            || request.Lines.Any(l => l is null || l.Sku.Length == 0 || l.Quantity is < 1 or > Placement.MaxQuantity)
        )
            complaints.Add(
                new(
                    "/lines",
                    $"There are 1 to {Placement.MaxLines} lines of sku and quantity (1 to {Placement.MaxQuantity})."
                )
            );
        if (request.Reason.Length is 0 or > Placement.MaxTextLength)
            complaints.Add(new("/reason", $"A reason has 1 to {Placement.MaxTextLength} characters."));
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);

        var (asked, replayed) = await returns.RequestAsync(
            id,
            context.Owner(),
            request.Lines,
            request.Reason,
            context.Name(),
            key.Value,
            IdempotencyKey.Fingerprint(context, request),
            cancellationToken
        );
        if (replayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
        return TypedResults.Created($"/orders/{id}/returns", asked);
    }
}
