using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Bulk;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>Bulk jobs in a database of their own, processed batch by batch.</summary>
internal sealed class BulkScene : IAsyncDisposable
{
    private readonly FakeServices _fakes = new(units: 0);
    private readonly Catalogue _catalogue;

    private BulkScene(OrdersDatabase db)
    {
        Db = db;
        _catalogue = new Catalogue(new ServiceInvoker(_fakes, NoFailpoints.Instance), TimeProvider.System);
        Store = new BulkStore(db.Source, NoFailpoints.Instance, TimeProvider.System);
        Queue = new BulkQueue(db.Source);
        var json = new JsonOptions();
        (
            json.SerializerOptions.RespectNullableAnnotations,
            json.SerializerOptions.RespectRequiredConstructorParameters
        ) = (true, true);
        Processor = new BulkBatchProcessor(
            db.Source,
            Queue,
            db.Accepting(),
            _catalogue,
            new HoldClaims(new ServiceInvoker(_fakes, NoFailpoints.Instance), TimeProvider.System),
            Options.Create(json),
            NoFailpoints.Instance,
            TimeProvider.System,
            NullLogger<BulkBatchProcessor>.Instance
        );
    }

    public OrdersDatabase Db { get; }

    public FakeServices Fakes => _fakes;

    public BulkStore Store { get; }

    public BulkQueue Queue { get; }

    public BulkBatchProcessor Processor { get; }

    public static async Task<BulkScene> CreateAsync() => new(await OrdersDatabase.CreateAsync());

    /// <summary>A row with an order of cups.</summary>
    public static BulkRow Row(int row, string? key = null, string quantity = "1", string sku = "cup") =>
        new(
            row,
            $$$"""
            {{{{(
                key is null ? "" : $"\"key\":\"{key}\","
            )}}}"lines":[{"sku":"{{{sku}}}","quantity":{{{quantity}}}}],"payment":{"token":"tok_ok"}}
            """
        );

    public static BulkRow[] Rows(int count, int from = 1, string? keys = null) =>
        [.. Enumerable.Range(from, count).Select(i => Row(i, keys is null ? null : $"{keys}-{i}"))];

    /// <summary>A job with all its rows, due unless <paramref name="end"/> is false.</summary>
    public async Task<Guid> SubmitAsync(
        string key,
        BulkRow[] rows,
        string onError = BulkPolicies.RejectFailedRows,
        bool end = true
    )
    {
        await Store.OpenAsync("alice", byOperator: false, key, onError, CancellationToken.None);
        var id = await Sql.ScalarAsync<Guid>(Db.Names.App, $"select id from bulk_jobs where key = '{key}'");
        (await Store.ReceiveAsync(id, rows, CancellationToken.None)).Should().BeTrue();
        if (end)
            await Store.EndAsync(id, rows.Length, CancellationToken.None);
        return id;
    }

    /// <summary>Processes one batch of the job that was served longest ago. False when none is due.</summary>
    public async Task<bool> StepAsync() =>
        await Queue.NextAsync(TimeProvider.System.GetUtcNow(), CancellationToken.None) is { } job
        && await Processor.RunAsync(job, CancellationToken.None);

    public async Task DrainAsync()
    {
        while (await StepAsync()) { }
    }

    /// <summary>The job's state and counts, as one text.</summary>
    public Task<string?> DescribeAsync(Guid job) =>
        Sql.ScalarAsync<string>(
            Db.Names.App,
            $"select format('%s: %s received, %s accepted, %s replayed, %s rejected, %s parked', state, received, accepted, replayed, rejected, parked) from bulk_jobs where id = '{job}'"
        );

    public Task<string?> StatesAsync(Guid job) =>
        Sql.ScalarAsync<string>(
            Db.Names.App,
            $"select string_agg(state, ' ' order by row) from bulk_rows where job_id = '{job}'"
        );

    public Task<long> OrdersAsync() => Db.NumberAsync("select count(*) from orders");

    /// <summary>A worker that polls by itself.</summary>
    public BulkWorker Worker(int backlog) =>
        new(
            Queue,
            Processor,
            new BulkSignal(),
            new BulkOptions { Backlog = backlog },
            TimeProvider.System,
            NullLogger<BulkWorker>.Instance
        );

    /// <summary>Executes a statement that the service's role may not.</summary>
    public Task AsOwnerAsync(string sql) => Sql.ScalarAsync<object>(Db.Names.Owner, sql);

    public async ValueTask DisposeAsync()
    {
        _catalogue.Dispose();
        _fakes.Dispose();
        await Db.DisposeAsync();
    }
}
