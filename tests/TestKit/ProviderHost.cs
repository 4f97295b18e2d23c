using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.PaymentProvider;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.TestKit;

/// <summary>The simulated payment provider in this process, on a port of its own, with a ledger in memory.</summary>
public sealed class ProviderHost : IAsyncDisposable
{
    /// <summary>The key for its API.</summary>
    public const string ApiKey = "sk_tests";

    /// <summary>The secret that it signs its webhooks with.</summary>
    public const string WebhookSecret = "whsec_dGhlIHNlY3JldCBvZiB0aGUgdGVzdHM=";

    private readonly WebApplication _app;

    private ProviderHost(WebApplication app)
    {
        _app = app;
        Url = new Uri(app.Urls.Single());
        Api = new HttpClient { BaseAddress = Url };
        Api.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", ApiKey);
    }

    /// <summary>Where it listens.</summary>
    public Uri Url { get; }

    /// <summary>A caller with the API key.</summary>
    public HttpClient Api { get; }

    /// <summary>Settings of Payments that name this provider.</summary>
    public (string Key, string Value)[] Settings =>
        [("Provider:Url", Url.ToString()), ("Provider:ApiKey", ApiKey), ("Provider:WebhookSecret", WebhookSecret)];

    /// <summary>Where it sends webhooks; nowhere at first.</summary>
    public Uri WebhookUrl
    {
        set => _app.Services.GetRequiredService<ProviderSettings>().WebhookUrl = value.ToString();
    }

    /// <param name="settings">Settings of the provider, as <c>--Name=value</c>.</param>
    public static async Task<ProviderHost> StartAsync(params string[] settings)
    {
        var app = ProviderApp.Create([
            "--urls=http://127.0.0.1:0",
            $"--ApiKey={ApiKey}",
            $"--WebhookSecret={WebhookSecret}",
            .. settings,
        ]);
        await app.StartAsync();
        return new ProviderHost(app);
    }

    /// <summary>Sets the faults; an empty object ends them.</summary>
    public async Task SetFaultsAsync(object faults) =>
        (await Api.PutAsJsonAsync("simulator/faults", faults)).EnsureSuccessStatusCode();

    /// <summary>The bank decides about a payment that is processing.</summary>
    public async Task CompleteAsync(object reference, bool declined = false) =>
        (
            await Api.PostAsync($"simulator/references/{reference}/complete?declined={declined}", null)
        ).EnsureSuccessStatusCode();

    /// <summary>The bank ends the authorisations of an order.</summary>
    public async Task LapseAsync(object reference) =>
        (await Api.PostAsync($"simulator/references/{reference}/lapse", null)).EnsureSuccessStatusCode();

    /// <summary>What is authorised for an order and not captured, in minor units.</summary>
    public async Task<long> HeldAsync(object reference) =>
        (await Api.GetFromJsonAsync<JsonElement>($"v1/payment_intents?reference={reference}"))
            .GetProperty("data")
            .EnumerateArray()
            .Sum(intent => intent.GetProperty("amount_capturable").GetInt64());

    /// <summary>The rows of its ledger: kind, key, reference and the amount in minor units.</summary>
    public async Task<IReadOnlyList<(string Kind, string Key, string Reference, long Amount)>> LedgerAsync()
    {
        var page = await Api.GetFromJsonAsync<JsonElement>("v1/balance_transactions");
        return
        [
            .. page.GetProperty("data")
                .EnumerateArray()
                .Select(row =>
                    (
                        row.GetProperty("kind").GetString()!,
                        row.GetProperty("key").GetString()!,
                        row.GetProperty("reference").GetString()!,
                        row.GetProperty("amount").GetInt64()
                    )
                ),
        ];
    }

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        Api.Dispose();
        await _app.DisposeAsync();
    }
}
