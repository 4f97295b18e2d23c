using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Inventory.Tests.Stock;

/// <summary>Orders is notified of every filled backorder, also after a crash.</summary>
public sealed class BackorderNotifierTests
{
    [Fact]
    public async Task G15_A_crash_between_the_commit_and_the_call_loses_no_resume_request()
    {
        await using var db = await CreateAsync();
        var order = InventoryDatabase.Waiting("cup", 1);
        await db.ReserveAsync(order);

        // The writer's process ends before it has notified Orders.
        await db.ReceiveAsync("cup", 1);
        var orders = new Sagas();
        using (await orders.StartAsync(db))
        {
            await orders.IsResumedAsync(order.OrderId, 1);
            // The notification is deleted after the response.
            await Wait.UntilAsync(
                async () => await db.NumberAsync("select count(*) from backorder_notifications") == 0,
                "the notification is done"
            );
        }
    }

    [Fact]
    public async Task G15_A_resume_request_without_a_response_is_repeated()
    {
        await using var db = await CreateAsync();
        var order = InventoryDatabase.Waiting("cup", 1);
        await db.ReserveAsync(order);
        await db.ReceiveAsync("cup", 1);
        var orders = new Sagas { Failures = 1 };
        using (await orders.StartAsync(db))
            await orders.IsResumedAsync(order.OrderId, 2);
    }

    [Fact]
    public async Task G15_A_backorder_filled_while_its_order_is_being_resumed_does_not_wait_and_resumes_it_again()
    {
        await using var db = await CreateAsync();
        var order = new ReserveOrder(
            Guid.CreateVersion7(),
            [new("cup", 1), new("tea", 1)],
            OnShortage: ShortagePolicy.Backorder
        );
        await db.ReserveAsync(order);
        await db.ReceiveAsync("cup", 1);
        var orders = new Sagas { Gate = new TaskCompletionSource() };
        using (await orders.StartAsync(db))
        {
            await orders.IsResumedAsync(order.OrderId, 1);
            await db.ReceiveAsync("tea", 1).WaitAsync(TimeSpan.FromSeconds(10), TestContext.Current.CancellationToken);
            orders.Gate.SetResult();
            await orders.IsResumedAsync(order.OrderId, 2);
        }
    }

    private static async Task<InventoryDatabase> CreateAsync()
    {
        var db = await InventoryDatabase.CreateAsync("cup", "tea");
        foreach (var sku in new[] { "cup", "tea" })
            await db.SetAsync(sku, "backorder_limit = 5");
        return db;
    }

    /// <summary>Stands in for Orders.</summary>
    private sealed class Sagas : HttpMessageHandler, IHttpClientFactory
    {
        private readonly List<Guid> _resumed = [];

        public int Failures { get; set; }

        /// <summary>Keeps the answer back.</summary>
        public TaskCompletionSource? Gate { get; init; }

        public HttpClient CreateClient(string name) =>
            new(this, disposeHandler: false) { BaseAddress = new Uri($"http://{name}/") };

        public async Task<IDisposable> StartAsync(InventoryDatabase db)
        {
            var service = new BackorderNotifier(
                db.Source,
                new BackordersFilledSignal(),
                new ServiceInvoker(this, NoFailpoints.Instance),
                TimeProvider.System,
                NullLogger<BackorderNotifier>.Instance
            );
            await service.StartAsync(CancellationToken.None);
            return new Running(service);
        }

        public Task IsResumedAsync(Guid order, int times) =>
            TestKit.Wait.UntilAsync(
                () =>
                {
                    lock (_resumed)
                        return Task.FromResult(_resumed.Count(h => h == order) == times);
                },
                $"{order} is woken {times} times"
            );

        protected override async Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            var body = await request.Content!.ReadFromJsonAsync<ResumeOrdersRequest>(cancellationToken);
            lock (_resumed)
                _resumed.AddRange(body!.OrderIds);
            if (Gate is not null)
                await Gate.Task.WaitAsync(cancellationToken);
            return new HttpResponseMessage(
                Failures-- > 0 ? HttpStatusCode.ServiceUnavailable : HttpStatusCode.NoContent
            );
        }

        private sealed class Running(BackorderNotifier service) : IDisposable
        {
            public void Dispose()
            {
                service.StopAsync(CancellationToken.None).GetAwaiter().GetResult();
                service.Dispose();
            }
        }
    }
}
