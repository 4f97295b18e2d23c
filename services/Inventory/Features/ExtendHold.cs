using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Features;

/// <summary><c>POST /holds/{id}/extend</c>: a hold that still stands ends so many minutes from now.</summary>
internal static class ExtendHold
{
    internal sealed record Request(int Minutes);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/holds/{id:guid}/extend", HandleAsync)
            .RequireAuthorization(Identity.Customer)
            .WithSummary("Let a hold stand for some minutes from now")
            .WithTags("Holds")
            .Produces<StockAnswers.HoldAnswer>();

    private static async Task<IResult> HandleAsync(
        Guid id,
        Request request,
        IdempotencyKey key,
        StockCommands stock,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        if (HoldTime.Check(request.Minutes).ToList() is { Count: > 0 } complaints)
            return Problems.Invalid(complaints);
        return Replies.Of(
            await stock.RunAsync<Answer>(
                new Domain.ExtendHold(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, request),
                    id,
                    context.Owner(),
                    time.GetUtcNow().AddMinutes(request.Minutes),
                    context.Name()
                ),
                cancellationToken
            ),
            context
        );
    }
}
