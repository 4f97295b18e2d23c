using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Fulfilment;

/// <summary>The problem of a request that names units of which the line cannot be told.</summary>
internal static class NamedUnitProblems
{
    /// <param name="Price">GBP per unit.</param>
    private sealed record LineChoice(int Line, string Sku, decimal Price);

    /// <summary>409: the SKU is on lines at different prices.</summary>
    public static ProblemHttpResult LineRequired(IReadOnlyList<LineUnits> ambiguous) =>
        Problems.Of(
            409,
            "line-required",
            "The line must be named",
            NamedUnitRules.Describe(ambiguous),
            ("lines", ambiguous.Select(l => new LineChoice(l.Line, l.Sku, Money.Normalize(l.UnitPrice))).ToList())
        );
}
