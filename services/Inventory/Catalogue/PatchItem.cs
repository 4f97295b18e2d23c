using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Inventory.Catalogue;

/// <summary><c>PATCH /items/{sku}</c>: an operator changes some fields of an item; the others stay.</summary>
internal static class PatchItem
{
    /// <summary>The fields to change, as in <c>PUT /items/{sku}</c>. Null removes a limit or a threshold.</summary>
    internal sealed record Request
    {
        private readonly Dictionary<string, bool> _stated = [];

        /// <summary>The members that the body states.</summary>
        [JsonIgnore]
        public IReadOnlyCollection<string> Stated => _stated.Keys;

        /// <summary>Null where the body leaves it out. A body that states null is refused when it is read.</summary>
        public string Name
        {
            get;
            init => field = State("name", value, mayBeNull: false);
        } = null!;

        /// <summary>In GBP, with at most four decimals.</summary>
        public decimal? Price
        {
            get;
            init => field = State("price", value, mayBeNull: false);
        }

        public bool? Stocked
        {
            get;
            init => field = State("stocked", value, mayBeNull: false);
        }

        public int? BackorderLimit
        {
            get;
            init => field = State("backorderLimit", value, mayBeNull: false);
        }

        public int? MaxPerCustomer
        {
            get;
            init => field = State("maxPerCustomer", value, mayBeNull: true);
        }

        public int? LowStockAt
        {
            get;
            init => field = State("lowStockAt", value, mayBeNull: true);
        }

        public bool? OnSale
        {
            get;
            init => field = State("onSale", value, mayBeNull: false);
        }

        /// <summary>True where the body states null for a member that must have a value.</summary>
        public bool IsNull(string member) => _stated[member];

        private T State<T>(string member, T value, bool mayBeNull)
        {
            _stated[member] = value is null && !mayBeNull;
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
        if (request.Stated.Count == 0)
            return Problems.Invalid([new("", "A change must state at least one field of the item.")]);
        if (ItemRules.Check(request) is { Count: > 0 } errors)
            return Problems.Invalid(errors);
        var ifMatch = IfMatch.Of(context);
        return CatalogueResults.Of(
            await items.ChangeAsync(
                sku,
                key.Value,
                IdempotencyKey.Fingerprint(
                    context,
                    new
                    {
                        request,
                        ifMatch,
                        stated = request.Stated.Order(),
                    }
                ),
                before =>
                {
                    if (before is null)
                        return (null, ItemResults.Unknown(sku));
                    if (!IfMatch.Names(ifMatch, before))
                        return (null, ItemResults.Changed(sku, before));
                    var item = ItemRules.Apply(request, before.Value);
                    return ItemRules.Check(item) is { Count: > 0 } wrong
                        ? (null, Problems.Invalid(wrong))
                        : (item, null);
                },
                cancellationToken
            ),
            context
        );
    }
}
