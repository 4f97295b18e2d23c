using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>
/// <c>PUT /locations/{location}</c>: an operator declares a location, or states an existing one anew with all its
/// rules.
/// </summary>
internal static class PutLocation
{
    private const int LastPriority = 10_000;

    /// <summary>A location that is declared may leave its rules out, and an existing one may not.</summary>
    internal sealed record Request
    {
        private readonly HashSet<string> _stated = [];

        /// <summary>Stock of the location with the lowest value sells first.</summary>
        public int Priority
        {
            get;
            init => field = State("priority", value);
        } = Level.DefaultPriority;

        /// <summary>Whether orders get its units; false for a place for returns or quarantine.</summary>
        public bool Sold
        {
            get;
            init => field = State("sold", value);
        } = true;

        /// <summary>The rules that the body leaves out.</summary>
        [JsonIgnore]
        public IReadOnlyList<string> LeftOut => [.. ((string[])["priority", "sold"]).Where(r => !_stated.Contains(r))];

        private T State<T>(string member, T value)
        {
            _stated.Add(member);
            return value;
        }
    }

    public static async Task<Results<Ok<StockLocation>, ProblemHttpResult>> HandleAsync(
        string location,
        Request request,
        IdempotencyKey key,
        LocationStore locations,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var wanted = new StockLocation(location, request.Priority, request.Sold);
        if (Check(wanted) is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        var ifMatch = IfMatch.Of(context);
        return CatalogueResults.Of(
            await locations.ChangeAsync(
                location,
                key.Value,
                IdempotencyKey.Fingerprint(context, new { request, ifMatch }),
                before =>
                    !IfMatch.Names(ifMatch, before) ? (null, LocationResults.Changed(location, before))
                    : before is not null && request.LeftOut is { Count: > 0 } missing
                        ? (null, LocationResults.RulesLeftOut(location, missing))
                    : (wanted, null),
                cancellationToken
            ),
            context
        );
    }

    /// <summary>The errors of a location as it would become; empty for a valid one.</summary>
    public static List<ValidationError> Check(StockLocation location)
    {
        var errors = new List<ValidationError>();
        errors.AddName("location", location.Location, Names.MaxItemLength);
        if (location.Priority is < 0 or > LastPriority)
            errors.Add(new("/priority", $"A priority must be 0 to {LastPriority}."));
        return errors;
    }
}
