using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary>
/// <c>PUT /items/{sku}</c>: an operator creates an item, or states an existing one anew with all its rules.
/// </summary>
internal static class PutItem
{
    /// <summary>The members that a new item may leave out, and an existing one may not.</summary>
    public static readonly IReadOnlyList<string> Rules =
    [
        "stocked",
        "backorderLimit",
        "maxPerCustomer",
        "lowStockAt",
        "onSale",
    ];

    /// <summary>
    /// An item. A service is sold but never stocked. A new item may leave out all but name and price.
    /// </summary>
    /// <param name="Price">In GBP, with at most four decimals.</param>
    internal sealed record Request(string Name, decimal Price)
    {
        private readonly HashSet<string> _stated = [];

        /// <summary>The rules that the body states.</summary>
        [JsonIgnore]
        public IReadOnlySet<string> Stated => _stated;

        /// <summary>False for a service.</summary>
        public bool Stocked
        {
            get;
            init => field = State("stocked", value);
        } = true;

        /// <summary>Units that may be on backorder at once; 0: none.</summary>
        public int BackorderLimit
        {
            get;
            init => field = State("backorderLimit", value);
        }

        /// <summary>Units that one customer may have, over all orders and holds; null: unlimited.</summary>
        public int? MaxPerCustomer
        {
            get;
            init => field = State("maxPerCustomer", value);
        }

        /// <summary>Available units at or below which <c>stock.low</c> is published; null: never.</summary>
        public int? LowStockAt
        {
            get;
            init => field = State("lowStockAt", value);
        }

        /// <summary>False: new orders and holds of the item are refused; what was promised stays.</summary>
        public bool OnSale
        {
            get;
            init => field = State("onSale", value);
        } = true;

        public Item ToItem(string sku) =>
            new(sku, Name, Price, Stocked, BackorderLimit, MaxPerCustomer, LowStockAt, OnSale);

        private T State<T>(string member, T value)
        {
            _stated.Add(member);
            return value;
        }
    }

    public static async Task<Results<Ok<Item>, ProblemHttpResult>> HandleAsync(
        string sku,
        Request request,
        IdempotencyKey key,
        ItemStore items,
        HttpContext context,
        CancellationToken cancellationToken
    )
    {
        var item = request.ToItem(sku);
        if (ItemRules.Check(item) is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        var ifMatch = IfMatch.Of(context);
        return CatalogueResults.Of(
            await items.ChangeAsync(
                sku,
                key.Value,
                IdempotencyKey.Fingerprint(context, new { request, ifMatch }),
                before =>
                    !IfMatch.Names(ifMatch, before) ? (null, ItemResults.Changed(sku, before))
                    : before is not null && ItemRules.LeftOut(request) is { Count: > 0 } missing
                        ? (null, ItemResults.RulesLeftOut(sku, missing))
                    : (item, null),
                cancellationToken
            ),
            context
        );
    }
}
