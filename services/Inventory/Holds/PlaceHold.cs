using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary><c>POST /holds</c>: units are set aside for a customer for some minutes, all that is asked for or none.</summary>
internal static class PlaceHold
{
    private const int MaxLines = 100;
    private const int MaxNameLength = 100;

    /// <param name="Minutes">How long the hold stands.</param>
    /// <param name="Customer">Whose hold it is; only an operator may name somebody.</param>
    internal sealed record Request(
        IReadOnlyList<OrderedUnits> Lines,
        int Minutes = HoldDuration.Usual,
        string? Customer = null
    );

    public static async Task<IResult> HandleAsync(
        Request request,
        IdempotencyKey key,
        StockCommandQueue stock,
        TimeProvider time,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var complaints = Check(request, context.User.IsOperator());
        if (complaints.Count > 0)
            return Problems.Invalid(complaints);
        var now = time.GetUtcNow();
        return OutcomeResults.Of(
            await stock.RunAsync<CommandOutcome>(
                new PlaceHoldCommand(
                    key.Value,
                    IdempotencyKey.Fingerprint(context, request),
                    Guid.CreateVersion7(now),
                    request.Customer ?? context.Name(),
                    request.Lines,
                    now.AddMinutes(request.Minutes),
                    context.Name()
                ),
                cancellationToken
            ),
            context
        );
    }

    private static List<ValidationError> Check(Request request, bool byOperator)
    {
        if (request.Lines.Contains(null!))
            return [new("/lines", "A line is an object with sku and quantity.")];
        List<ValidationError> complaints = [.. HoldDuration.Check(request.Minutes)];
        if (request.Lines.Count is 0 or > MaxLines)
            complaints.Add(new("/lines", $"A hold has 1 to {MaxLines} lines."));
        if (request.Lines.Any(l => l.Quantity is < 1 or > StockLimits.MaxQuantity))
            complaints.Add(new("/lines/quantity", $"A quantity is 1 to {StockLimits.MaxQuantity}."));
        if (request.Customer is not null && !byOperator)
            complaints.Add(new("/customer", "Only an operator may hold for somebody else."));
        if (request.Customer is { Length: 0 or > MaxNameLength })
            complaints.Add(new("/customer", $"A customer's name has 1 to {MaxNameLength} characters."));
        return complaints;
    }
}

/// <summary>How long a hold may stand, in minutes.</summary>
internal static class HoldDuration
{
    public const int Usual = 10;
    private const int Longest = 60;

    public static IEnumerable<ValidationError> Check(int minutes) =>
        minutes is < 1 or > Longest ? [new ValidationError("/minutes", $"A hold stands 1 to {Longest} minutes.")] : [];
}
