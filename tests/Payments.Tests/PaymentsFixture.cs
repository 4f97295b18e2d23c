using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Payments.Tests;

/// <summary>The service on its own migrated database.</summary>
public sealed class PaymentsFixture : IAsyncLifetime
{
    /// <summary>How services write JSON to each other.</summary>
    internal static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    private HttpClient _client = null!;

    public TestDatabase Database { get; private set; } = null!;

    internal ServiceHost<Program> Service { get; private set; } = null!;

    internal ProviderHost Provider { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("payments", owner =>
            ServiceDefaults.Database.MigrateAsync<PaymentsDbContext>(owner, o => new PaymentsDbContext(o))
        );
        Provider = await ProviderHost.StartAsync();
        // Longer than a busy machine delays an answer, shorter than tok_timeout does.
        Service = new ServiceHost<Program>(Database.App, [.. Provider.Settings, ("Provider:WaitMilliseconds", "2000")]);
        _client = Service.CreateClient();
        Provider.WebhookUrl = new Uri(_client.BaseAddress!, "webhooks/payments");
    }

    /// <summary>Waits until no call of the provider is without an answer.</summary>
    internal Task UntilAnsweredAsync() =>
        Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<long>(
                    Database.Auditor,
                    "select count(*) from provider_calls where state = 'open'"
                ) == 0,
            "every call of the provider is answered"
        );

    /// <summary>Charges orders as Orders does.</summary>
    /// <param name="service">The service to ask; null: that of the fixture.</param>
    internal async Task<IReadOnlyList<ChargeOutcome>> ChargeAsync(
        IEnumerable<ChargeOrder> orders,
        HttpClient? service = null
    )
    {
        using var response = await (service ?? _client).PostAsJsonAsync("charges", new ChargeRequest([.. orders]));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<ChargeResponse>(Json))!.Outcomes;
    }

    /// <summary>Ends orders as Orders does.</summary>
    internal async Task RefundAsync(IEnumerable<Guid> orders)
    {
        using var response = await _client.PostAsJsonAsync("refunds", new RefundRequest([.. orders]));
        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    /// <summary>The number of the provider's ledger rows of a kind (charge, refund, payout).</summary>
    internal async Task<int> CountLedgerAsync(string kind, IEnumerable<Guid> orders)
    {
        var references = orders.Select(o => $"{o}").ToHashSet();
        return (await Provider.LedgerAsync()).Count(row => row.Kind == kind && references.Contains(row.Reference));
    }

    public async ValueTask DisposeAsync()
    {
        await Service.DisposeAsync();
        await Provider.DisposeAsync();
        await LoggedEvents.AreAsDescribedAsync(Database.App);
    }
}
