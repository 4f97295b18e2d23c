using System.ComponentModel.DataAnnotations;

namespace DaprShop.Inventory.Stock;

/// <summary>The configuration section <c>Stock</c>.</summary>
internal sealed record StockOptions
{
    public const string Section = "Stock";
    private const double MaxOfferMinutes = 7 * 24 * 60;

    /// <summary>How the locations that serve an order are chosen: a <see cref="SourcingStrategy"/>.</summary>
    [RegularExpression(
        "(?i)Priority|FewestShipments",
        ErrorMessage = "Stock:Sourcing must be Priority or FewestShipments."
    )]
    public string Sourcing { get; init; } = nameof(SourcingStrategy.Priority);

    /// <summary>Minutes for which a waitlist offer stands: more than 0, at most a week.</summary>
    [Range(
        0,
        MaxOfferMinutes,
        MinimumIsExclusive = true,
        ErrorMessage = "Stock:OfferMinutes must be more than {1} and at most {2}."
    )]
    public double OfferMinutes { get; init; } = 15;

    /// <summary>
    /// Seconds after an offer's end in which only the waitlist's actor passes it on; then the sweeper does.
    /// </summary>
    [Range(0, 3600, ErrorMessage = "Stock:OfferGraceSeconds must be {1} to {2}.")]
    public double OfferGraceSeconds { get; init; } = 5;

    /// <summary>The policy that the rules decide with.</summary>
    public StockPolicy ToPolicy() =>
        new(Enum.Parse<SourcingStrategy>(Sourcing, ignoreCase: true), TimeSpan.FromMinutes(OfferMinutes));
}
