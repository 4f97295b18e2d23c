using DaprShop.Contracts;
using DaprShop.Orders.Bulk;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary>A file of three orders, one of them malformed, processed by the services' own code.</summary>
internal static class BulkUpload
{
    private const string Order = """{"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""";

    public static async Task UploadAsync(NpgsqlDataSource orders, OrderAcceptanceStore accepting, TimeProvider time)
    {
        var (store, queue) = (new BulkStore(orders, NoFailpoints.Instance, time), new BulkQueue(orders));
        await store.OpenAsync("bob", byOperator: false, "file", BulkPolicies.RejectFailedRows, CancellationToken.None);
        var job = await IdAsync(orders);
        await store.ReceiveAsync(
            job,
            [new BulkRow(1, Order), new BulkRow(2, "not JSON"), new BulkRow(3, Order)],
            CancellationToken.None
        );
        await store.EndAsync(job, 3, CancellationToken.None);
        var services = new ServiceInvoker(new CupInventory(), NoFailpoints.Instance);
        using var catalogue = new Catalogue(services, time);
        var stretch = new BulkBatchProcessor(
            orders,
            queue,
            accepting,
            catalogue,
            new HoldClaims(services, time),
            Options.Create(new JsonOptions()),
            NoFailpoints.Instance,
            time,
            NullLogger<BulkBatchProcessor>.Instance
        );
        await stretch.RunAsync(
            (await queue.NextAsync(time.GetUtcNow(), CancellationToken.None))!,
            CancellationToken.None
        );
    }

    private static async Task<Guid> IdAsync(NpgsqlDataSource orders)
    {
        await using var command = orders.CreateCommand("select id from bulk_jobs");
        return (Guid)(await command.ExecuteScalarAsync())!;
    }

    /// <summary>An Inventory with one item.</summary>
    private sealed class CupInventory : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) => new(this) { BaseAddress = new Uri($"http://{name}/") };

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult(
                new HttpResponseMessage
                {
                    Content = new StringContent("""[{"sku":"cup","name":"Cup","price":2.5,"stocked":true}]"""),
                }
            );
    }
}
