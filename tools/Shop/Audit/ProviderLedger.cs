using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Shop.Servers;
using Npgsql;
using NpgsqlTypes;

namespace DaprShop.Shop.Audit;

/// <summary>A row of the payment provider's ledger; <paramref name="Amount"/> in minor units, positive.</summary>
/// <param name="Key">The idempotency key of the request that moved the money.</param>
/// <param name="Created">Unix time in milliseconds.</param>
internal sealed record ProviderTransaction(
    long Id,
    string Kind,
    string Key,
    string Reference,
    long Amount,
    long Created
);

/// <summary>The payment provider's own ledger, which the audit compares with the shop's.</summary>
internal interface IProviderLedger
{
    /// <summary>
    /// All rows, oldest first; then a row of the kind <c>held</c> for each authorisation that still holds money.
    /// </summary>
    /// <exception cref="ShopException">The provider does not answer (exit code 2).</exception>
    Task<IReadOnlyList<ProviderTransaction>> ReadAsync(CancellationToken cancel);
}

/// <summary>Reads the ledger over the provider's API.</summary>
internal sealed class HttpProviderLedger(Uri url, string apiKey) : IProviderLedger
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
    };

    /// <summary>The ledger of the provider that the shop in this folder uses.</summary>
    public static HttpProviderLedger Of(ShopFolder shop)
    {
        var (url, apiKey) = PaymentProvider.Access(shop);
        return new HttpProviderLedger(url, apiKey);
    }

    public async Task<IReadOnlyList<ProviderTransaction>> ReadAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { BaseAddress = url };
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        var rows = new List<ProviderTransaction>();
        try
        {
            while (true)
            {
                var page = (
                    await http.GetFromJsonAsync<Page>(
                        $"v1/balance_transactions?starting_after={(rows.Count == 0 ? 0 : rows[^1].Id)}",
                        Json,
                        cancel
                    )
                )!;
                rows.AddRange(page.Data);
                if (!page.HasMore)
                    break;
            }

            var held = (await http.GetFromJsonAsync<HeldPage>("v1/payment_intents", Json, cancel))!;
            return
            [
                .. rows,
                .. held.Data.Select(h => new ProviderTransaction(
                    0,
                    ProviderLedgerTable.Held,
                    h.Metadata.GetValueOrDefault("key", h.Id),
                    h.Metadata.GetValueOrDefault("reference", ""),
                    h.AmountCapturable,
                    h.Created
                )),
            ];
        }
        catch (HttpRequestException e)
        {
            throw new ShopException(
                $"The ledger of the payment provider at {url} cannot be read: {e.Message} If the shop is down, start it "
                    + "with `./shop up --detach`.",
                2
            );
        }
    }

    private sealed record HeldPage(IReadOnlyList<HeldMoney> Data);

    private sealed record HeldMoney(
        string Id,
        long AmountCapturable,
        IReadOnlyDictionary<string, string> Metadata,
        long Created
    );

    private sealed record Page(IReadOnlyList<ProviderTransaction> Data, bool HasMore);
}

/// <summary>Gives the checks of Payments the provider's ledger as a temporary table.</summary>
internal static class ProviderLedgerTable
{
    /// <summary>The kind of what is authorised and not captured.</summary>
    public const string Held = "held";

    private const string Create = """
        create temporary table provider_ledger
            (reference text, kind text, amount numeric, recorded_at timestamptz, key text) on commit drop
        """;

    private const string Copy =
        "copy provider_ledger (reference, kind, amount, recorded_at, key) from stdin (format binary)";

    /// <summary>Creates and fills the table in the transaction of <paramref name="payments"/>.</summary>
    public static async Task LoadAsync(
        NpgsqlConnection payments,
        IReadOnlyList<ProviderTransaction> ledger,
        CancellationToken cancel
    )
    {
        await using (var create = new NpgsqlCommand(Create, payments))
            await create.ExecuteNonQueryAsync(cancel);
        await using var copy = await payments.BeginBinaryImportAsync(Copy, cancel);
        foreach (var row in ledger)
        {
            await copy.StartRowAsync(cancel);
            await copy.WriteAsync(row.Reference, NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(KindOf(row), NpgsqlDbType.Text, cancel);
            await copy.WriteAsync(row.Amount / 100m, NpgsqlDbType.Numeric, cancel);
            await copy.WriteAsync(
                DateTimeOffset.FromUnixTimeMilliseconds(row.Created).UtcDateTime,
                NpgsqlDbType.TimestampTz,
                cancel
            );
            await copy.WriteAsync(row.Key, NpgsqlDbType.Text, cancel);
        }

        await copy.CompleteAsync(cancel);
    }

    // To the provider a part refund is a refund, and a credit a payout.
    private static string KindOf(ProviderTransaction row) =>
        row switch
        {
            { Kind: "payout" } => "credit",
            { Kind: "refund" } when row.Key.StartsWith("part-refund-", StringComparison.Ordinal) => "part_refund",
            _ => row.Kind,
        };
}
