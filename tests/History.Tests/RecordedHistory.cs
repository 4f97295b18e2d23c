using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.History.Model;
using DaprShop.History.Rebuild;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace DaprShop.History.Tests;

/// <summary>
/// History with producers whose logs are lists. The live history reads them only in <see cref="ReconcileAsync"/>.
/// </summary>
internal sealed class RecordedHistory : IAsyncDisposable, IHttpClientFactory
{
    private const int PageLength = 7;
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private static readonly AsyncLocal<bool> Live = new();
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new System.Text.Json.Serialization.JsonStringEnumConverter() },
    };
    private readonly Lock _gate = new();

    public required TestDatabase Database { get; init; }

    public ServiceHost<Program> Service { get; private set; } = null!;

    public Dictionary<string, List<LoggedEvent>> Logs { get; } =
        new()
        {
            [Apps.Orders] = [],
            [Apps.Inventory] = [],
            [Apps.Payments] = [],
        };

    /// <summary>
    /// Runs before a producer answers the rebuild, with the producer and the position after which it reads.
    /// </summary>
    public Func<string, long, Task> OnFetch { get; set; } = (_, _) => Task.CompletedTask;

    public static async Task<RecordedHistory> StartAsync(int orders)
    {
        var history = new RecordedHistory
        {
            Database = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("history", owner =>
                ServiceDefaults.Database.MigrateAsync<HistoryDbContext>(owner, o => new HistoryDbContext(o))
            ),
        };
        history.Service = history.Replica();
        for (var i = 0; i < orders; i++)
            history.LogOrder();
        await history.ReconcileAsync();
        return history;
    }

    /// <summary>One more process of the service, which does not read the logs by itself.</summary>
    public ServiceHost<Program> Replica() => new(Database.App, services =>
        {
            services.AddSingleton<IHttpClientFactory>(this);
            services.Remove(services.Single(s => s.ImplementationType == typeof(InboxReconciler)));
        });

    public ValueTask DisposeAsync() => Service.DisposeAsync();

    /// <summary>Stops the service, whatever it is doing, and starts it again.</summary>
    public async Task RestartAsync()
    {
        await Service.DisposeAsync();
        Service = Replica();
    }

    /// <summary>The producers log an order, its stock allocation and its payment. Returns the order's id.</summary>
    public Guid LogOrder()
    {
        var order = Guid.CreateVersion7();
        lock (_gate)
        {
            var number = Logs[Apps.Orders].Count + 1;
            Log(Apps.Orders, EventTypes.OrderAccepted, new OrderAccepted(order, number, "ann", 12.50m, 3, 1));
            Log(
                Apps.Inventory,
                EventTypes.StockMoved,
                new StockMoved("allocated", $"{order}", "saga", null, [new("mug", "main", number, -3, 9, 3, 6)])
            );
            Log(Apps.Payments, EventTypes.PaymentRecorded, new PaymentRecorded($"{order}", "captured", 12.50m, null));
            Log(
                Apps.Orders,
                EventTypes.OrderStatusChanged,
                new OrderStatusChanged(order, "accepted", "confirmed", null)
            );
        }

        return order;
    }

    /// <summary>The live history applies all logged events. An event that cannot be applied is parked.</summary>
    public async Task ReconcileAsync()
    {
        Live.Value = true;
        foreach (var intake in Service.Services.GetServices<Inbox>())
        {
            for (var applied = false; !applied; )
            {
                try
                {
                    await intake.ReconcileAsync(CancellationToken.None);
                    applied = true;
                }
                catch (EventNotAppliedException) { }
            }
        }

        Live.Value = false;
    }

    /// <summary>Starts a rebuild and waits for its end.</summary>
    public async Task<RebuildRun> RebuildAsync()
    {
        var run = await StartRebuildAsync();
        await Wait.UntilAsync(async () => (run = await GetAsync()).EndedAt is not null, "the rebuild ends");
        return run;
    }

    public async Task<RebuildRun> StartRebuildAsync(ServiceHost<Program>? replica = null)
    {
        using var accepted = await (replica ?? Service).As(Identity.Operator).PostAsync("ops/history/rebuild", null);
        accepted.StatusCode.Should().Be(HttpStatusCode.Accepted);
        return (await accepted.Content.ReadFromJsonAsync<RebuildRun>(Json))!;
    }

    public async Task<RebuildRun> GetAsync(ServiceHost<Program>? replica = null) =>
        (await (replica ?? Service).As(Identity.Operator).GetFromJsonAsync<RebuildRun>("ops/history/rebuild", Json))!;

    /// <summary>Runs a statement as the database's owner, the only role that may change history.</summary>
    public Task TamperAsync(string sql) => Sql.ScalarAsync<object>(Database.Owner, sql);

    /// <summary>The number of rows of <paramref name="table"/> (with or without a where clause).</summary>
    public Task<long> CountAsync(string table) =>
        Sql.ScalarAsync<long>(Database.Owner, $"select count(*) from {table}");

    public HttpClient CreateClient(string name) =>
        new(new Producer(this, name)) { BaseAddress = new Uri($"http://{name}/") };

    private void Log(string producer, string type, object data) =>
        Logs[producer]
            .Add(
                new LoggedEvent(
                    Logs[producer].Count + 1,
                    Guid.CreateVersion7(),
                    type,
                    "subject",
                    1,
                    Noon.AddSeconds(Logs[producer].Count),
                    null,
                    JsonSerializer.SerializeToElement(data, JsonSerializerOptions.Web)
                )
            );

    private sealed class Producer(RecordedHistory history, string name) : HttpMessageHandler
    {
        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var after = long.Parse(
                System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query)["after"]!,
                System.Globalization.CultureInfo.InvariantCulture
            );
            if (!Live.Value)
                await history.OnFetch(name, after).WaitAsync(cancellationToken);
            string page;
            lock (history._gate)
                page = JsonSerializer.Serialize(
                    new EventPage(name, [.. history.Logs[name].Where(e => e.Position > after).Take(PageLength)]),
                    JsonSerializerOptions.Web
                );

            // A message that comes through a broker was parsed and written by daprd, which drops trailing zeros of
            // numbers.
            return new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = new StringContent(
                    Live.Value ? page.Replace("12.50", "12.5") : page,
                    null,
                    "application/json"
                ),
            };
        }
    }
}
