using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Holds;

/// <summary><c>POST /holds</c>: holds units for a customer for some minutes: all requested units or none.</summary>
internal static class PlaceHold
{
    private const int MaxLines = 100;

    /// <param name="Minutes">Duration of the hold, 1 to 60.</param>
    /// <param name="Customer">The hold's customer; only an operator may set it. Null: the caller.</param>
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
        var errors = Check(request, context.User.IsOperator());
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        if (request.Customer == context.Name())
            request = request with { Customer = null };
        var now = time.GetUtcNow();
        return await stock.RunAsync(
            new PlaceHoldCommand(
                key.Value,
                IdempotencyKey.Fingerprint(context, request),
                Guid.CreateVersion7(now),
                request.Customer ?? context.Name(),
                request.Lines,
                now.AddMinutes(request.Minutes),
                context.Name()
            )
            {
                ActorType = context.User.IsOperator() ? ActorType.Operator : ActorType.Customer,
            },
            context,
            cancellationToken
        );
    }

    private static List<ValidationError> Check(Request request, bool byOperator)
    {
        if (request.Lines.Contains(null!))
            return [new("/lines", "Each line must have a sku and a quantity.")];
        List<ValidationError> errors = [.. HoldDuration.Check(request.Minutes)];
        if (request.Lines.Count is 0 or > MaxLines)
            errors.Add(new("/lines", $"A hold must have 1 to {MaxLines} lines."));
        if (request.Lines.Any(l => l.Quantity is < 1 or > StockLimits.MaxQuantity))
            errors.Add(new("/lines/quantity", $"A quantity must be 1 to {StockLimits.MaxQuantity}."));
        if (request.Customer is not null && !byOperator)
            errors.Add(new("/customer", "Only an operator may set the customer."));
        errors.AddName("/customer", request.Customer, Names.MaxPersonLength);
        if (!request.Lines.All(l => Names.IsValid(l.Sku, Names.MaxItemLength)))
            errors.Add(NameErrors.Of("/lines/sku", Names.MaxItemLength));
        return errors;
    }
}

/// <summary>The duration of a hold, in minutes.</summary>
internal static class HoldDuration
{
    public const int Usual = 10;
    private const int Longest = 60;

    public static IEnumerable<ValidationError> Check(int minutes) =>
        minutes is < 1 or > Longest
            ? [new ValidationError("/minutes", $"A hold must last 1 to {Longest} minutes.")]
            : [];
}
