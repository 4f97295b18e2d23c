using System.Diagnostics.Metrics;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using DaprShop.Contracts;
using DaprShop.Inventory.Reading;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>
/// A replica of the service whose clock and state store are the test's, and which counts what it asks of the database.
/// </summary>
internal sealed class CachingReplica : IAsyncDisposable
{
    private readonly InventoryDatabase _database;
    private readonly ServiceHost<Program> _host;
    private readonly HttpClient _client;
    private readonly MeterListener _listener = new();
    private long _databaseReads;

    public CachingReplica(
        InventoryDatabase database,
        FakeTimeProvider time,
        FakeStateStore cells,
        params (string, string)[] settings
    )
    {
        _database = database;
        _host = new ServiceHost<Program>(
            database.Names.App,
            services => services.AddSingleton<TimeProvider>(time).AddSingleton<IStateStore>(cells),
            settings
        );
        _client = _host.As(Identity.Operator);
        var meters = _host.Services.GetRequiredService<IMeterFactory>();
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Meter.Scope == meters && instrument.Name == "shop.stock.database_reads")
                listener.EnableMeasurementEvents(instrument);
        };
        _listener.SetMeasurementEventCallback<long>((_, count, _, _) => Interlocked.Add(ref _databaseReads, count));
        _listener.Start();
    }

    public long DatabaseReads => Interlocked.Read(ref _databaseReads);

    public HttpClient Client => _client;

    /// <summary>The answer without its freshness, and the freshness.</summary>
    public async Task<(string Stock, string Layer, long AgeMs)> GetAsync(string sku, string query = "")
    {
        var answer = (await _client.GetFromJsonAsync<JsonObject>($"stock/{sku}{query}"))!;
        var freshness = answer["freshness"]!.AsObject();
        answer.Remove("freshness");
        return (answer.ToJsonString(), freshness["layer"]!.GetValue<string>(), freshness["ageMs"]!.GetValue<long>());
    }

    public async Task<(long Version, long Available, string Layer)> ReadAsync(string sku, string query = "")
    {
        var (stock, layer, _) = await GetAsync(sku, query);
        var parsed = JsonElement.Parse(stock);
        return (
            parsed.GetProperty("version").GetInt64(),
            parsed.GetProperty("total").GetProperty("available").GetInt64(),
            layer
        );
    }

    /// <summary>Hears the broadcast of the events after a position, as the relay makes it.</summary>
    public async Task HearAsync(long after = 0, int count = 1_000)
    {
        await using var source = NpgsqlDataSource.Create(_database.Names.App);
        await using var connection = await source.OpenConnectionAsync();
        var page = new EventPage(
            Apps.Inventory,
            await connection.ReadEventsAsync(after, count, CancellationToken.None)
        );
        var broadcast = StockBroadcastHandler.Condense(page)!;
        Contract.Events.Complaints($"{Topics.BroadcastOf(Topics.Stock)}.page", broadcast).Should().BeEmpty();
        _host.Services.GetRequiredService<IBroadcastHandler>().Handle(broadcast);
    }

    public async ValueTask DisposeAsync()
    {
        _listener.Dispose();
        await _host.DisposeAsync();
    }
}
