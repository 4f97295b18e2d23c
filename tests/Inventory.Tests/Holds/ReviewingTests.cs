using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Stock;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Inventory.Tests.Holds;

/// <summary>Claims on holds whose orders do not wait for stock.</summary>
public sealed class ReviewingTests
{
    [Fact]
    public async Task S11_An_old_claim_ends_where_Orders_says_that_its_order_does_not_wait_and_stands_where_it_does()
    {
        await using var db = await InventoryDatabase.CreateAsync("cup");
        using var service = new ServiceHost<Program>(db.Names.App);
        await db.ReceiveAsync("cup", 2);
        var (waits, ended) = (await ClaimedAsync(), await ClaimedAsync());
        await Sql.ScalarAsync<object>(db.Names.Owner, "update holds set expires_at = now() - interval '1 minute'");

        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow() + HoldClaimReviewer.Patience);
        using var reviewer = new HoldClaimReviewer(
            db.Source,
            service.Services.GetRequiredService<StockCommandQueue>(),
            new ServiceInvoker(new OrdersStandIn(waits.Order), NoFailpoints.Instance),
            time,
            NullLogger<HoldClaimReviewer>.Instance
        );
        await reviewer.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync(
            async () =>
            {
                time.Advance(TimeSpan.FromMinutes(1));
                return await StateAsync(ended.Hold) == "expired";
            },
            "the claim of the order that does not wait has ended"
        );
        await reviewer.StopAsync(CancellationToken.None);

        (await StateAsync(waits.Hold)).Should().Be("active");
        (await db.NumberAsync("select held from levels where sku = 'cup'")).Should().Be(1);

        async Task<(Guid Hold, Guid Order)> ClaimedAsync()
        {
            var (hold, order) = (Guid.CreateVersion7(), Guid.CreateVersion7());
            var until = TimeProvider.System.GetUtcNow().AddHours(1);
            foreach (
                var command in new StockCommand[]
                {
                    new PlaceHoldCommand($"{hold}", [1], hold, "ann", [new("cup", 1)], until, "ann"),
                    new ClaimHoldCommand(hold, order, "ann", "key", false),
                }
            )
                (await db.RunAsync<CommandOutcome>(command)).Refusal.Should().BeNull();
            return (hold, order);
        }

        Task<string?> StateAsync(Guid hold) =>
            Sql.ScalarAsync<string>(db.Names.App, $"select state from holds where id = '{hold}'");
    }

    /// <summary>Stands in for Orders, of whose orders one waits for stock.</summary>
    private sealed class OrdersStandIn(Guid waiting) : HttpMessageHandler, IHttpClientFactory
    {
        public HttpClient CreateClient(string name) =>
            new(this, disposeHandler: false) { BaseAddress = new Uri($"http://{name}/") };

        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        ) =>
            Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    Content = JsonContent.Create(new HoldClaimsResponse([waiting])),
                }
            );
    }
}
