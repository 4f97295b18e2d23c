using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Payments.Tests;

/// <summary>The service on its own migrated database.</summary>
public sealed class PaymentsFixture : IAsyncLifetime
{
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
        Provider.WebhookUrl = new Uri(Service.CreateClient().BaseAddress!, "webhooks/payments");
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
