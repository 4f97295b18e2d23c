using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.Payments.Tests;

/// <summary>Money that is authorised at the order, and captured by its shipments.</summary>
public sealed class CaptureTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>, IAsyncLifetime
{
    private readonly OrdersStandIn _orders = new();
    private ServiceHost<Program> _service = null!;
    private HttpClient _client = null!;

    public ValueTask InitializeAsync()
    {
        _service = new ServiceHost<Program>(
            fixture.Database.App,
            services => services.AddSingleton(new ServiceInvoker(_orders, NoFailpoints.Instance)),
            [.. fixture.Provider.Settings, ("Provider:WaitMilliseconds", "2000"), ("Charging:Capture", "shipment")]
        );
        _client = _service.CreateClient();
        fixture.Provider.WebhookUrl = new Uri(_client.BaseAddress!, "webhooks/payments");
        return ValueTask.CompletedTask;
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        await _service.DisposeAsync();
    }

    [Fact]
    public async Task An_order_is_authorised_and_its_shipments_capture_their_shares_to_the_penny()
    {
        var order = await AuthoriseAsync(10.005m);
        (await LedgerAsync(order)).Should().BeEmpty("nothing is captured yet");

        var first = await CaptureAsync(order, 3.335m, isLast: false);
        var second = await CaptureAsync(order, 6.67m, isLast: false);
        var last = await CaptureAsync(order, 10.005m, isLast: true);

        new[] { first, second, last }.Should().OnlyContain(c => c.State == CaptureState.Captured);
        (await LedgerAsync(order)).Should().Equal(("charge", 334), ("charge", 333), ("charge", 334));
        (await StateAsync(order)).Should().Be("captured");
    }

    [Fact]
    public async Task A_repeated_capture_returns_what_became_of_the_first_one()
    {
        var order = await AuthoriseAsync(10);
        var shipment = Guid.CreateVersion7();

        await CaptureAsync(order, 4, isLast: false, shipment);
        (await CaptureAsync(order, 4, isLast: false, shipment)).State.Should().Be(CaptureState.Captured);

        (await LedgerAsync(order)).Should().Equal(("charge", 400));
    }

    [Theory]
    [InlineData("{\"lost\":1}")]
    [InlineData("{\"unavailable\":1}")]
    [InlineData("{\"throttled\":1}")]
    public async Task A_capture_without_an_answer_is_pending_and_made_once(string faults)
    {
        var order = await AuthoriseAsync(10);
        var shipment = Guid.CreateVersion7();
        await fixture.Provider.SetFaultsAsync(System.Text.Json.JsonDocument.Parse(faults).RootElement);

        (await CaptureAsync(order, 4, isLast: false, shipment)).State.Should().Be(CaptureState.Pending);
        await fixture.Provider.SetFaultsAsync(new { });

        await Wait.UntilAsync(
            async () => (await CaptureAsync(order, 4, isLast: false, shipment)).State == CaptureState.Captured,
            "the share is captured"
        );
        (await LedgerAsync(order)).Should().Equal(("charge", 400));
    }

    [Fact]
    public async Task A_declined_capture_says_why_and_another_shipment_may_try_again()
    {
        var order = await AuthoriseAsync(10);
        await fixture.Provider.SetFaultsAsync(new { capture_declined = 1 });
        var refused = await CaptureAsync(order, 4, isLast: false);
        await fixture.Provider.SetFaultsAsync(new { });

        refused.Should().Be(new CaptureResponse(CaptureState.Refused, "The provider declined to capture the money."));
        (await LedgerAsync(order)).Should().BeEmpty();
        (await CaptureAsync(order, 4, isLast: false)).State.Should().Be(CaptureState.Captured);
    }

    [Fact]
    public async Task The_end_of_an_order_refunds_what_is_captured_and_voids_the_rest()
    {
        var order = await AuthoriseAsync(10);
        await CaptureAsync(order, 4, isLast: false);

        await fixture.RefundAsync([order]);
        await fixture.UntilAnsweredAsync();

        (await LedgerAsync(order)).Should().Equal(("charge", 400), ("refund", 400));
        (await StateAsync(order)).Should().Be("refunded");
        (await HeldAsync(order)).Should().Be(0);
    }

    [Fact]
    public async Task An_order_that_ends_before_it_is_shipped_is_voided()
    {
        var order = await AuthoriseAsync(10);
        (await HeldAsync(order)).Should().Be(1000);

        await fixture.RefundAsync([order]);
        await fixture.UntilAnsweredAsync();

        (await LedgerAsync(order)).Should().BeEmpty();
        (await StateAsync(order)).Should().Be("refunded");
        (await HeldAsync(order)).Should().Be(0);
    }

    [Fact]
    public async Task A_last_shipment_of_free_units_voids_the_rest_after_a_cancellation()
    {
        var order = await AuthoriseAsync(10);
        await CaptureAsync(order, 4, isLast: false);
        using var cancelled = await _client.PostAsJsonAsync(
            "refunds/parts",
            new PartRefundRequest(Guid.CreateVersion7(), order, 5, Total: 5),
            TestContext.Current.CancellationToken
        );
        cancelled.StatusCode.Should().Be(HttpStatusCode.NoContent);

        (await CaptureAsync(order, 4, isLast: true)).State.Should().Be(CaptureState.Captured);
        await fixture.UntilAnsweredAsync();

        (await LedgerAsync(order)).Should().Equal(("charge", 400));
        (await HeldAsync(order)).Should().Be(0);
        (await StateAsync(order)).Should().Be("captured");
    }

    [Fact]
    public async Task An_order_that_was_captured_at_once_needs_no_capture()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 10, "tok_ok");
        (await fixture.ChargeAsync([order])).Single().State.Should().Be(ChargeState.Captured);

        (await CaptureAsync(order.OrderId, 4, isLast: false)).State.Should().Be(CaptureState.Captured);

        (await LedgerAsync(order.OrderId)).Should().Equal(("charge", 1000));
    }

    [Fact]
    public async Task A_capture_of_an_unknown_order_or_of_a_negative_amount_is_rejected()
    {
        using var unknown = await PostAsync(new(Guid.CreateVersion7(), Guid.CreateVersion7(), 1, false));
        using var negative = await PostAsync(new(Guid.CreateVersion7(), await AuthoriseAsync(10), -1, false));

        unknown.StatusCode.Should().Be(HttpStatusCode.NotFound);
        negative.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
    }

    [Fact]
    public async Task An_authorisation_is_renewed_before_it_ends_and_the_old_one_is_voided()
    {
        var order = await AuthoriseAsync(10);
        await CaptureAsync(order, 4, isLast: false);

        await Sql.ScalarAsync<object>(
            fixture.Database.App,
            $"update payments set renew_at = now() where order_id = '{order}'"
        );
        await Wait.UntilAsync(async () => await RenewalsAsync(order) == 1, "it is renewed");
        await fixture.UntilAnsweredAsync();

        (await HeldAsync(order)).Should().Be(600);
        (await CaptureAsync(order, 10, isLast: true)).State.Should().Be(CaptureState.Captured);
        (await LedgerAsync(order)).Should().Equal(("charge", 400), ("charge", 600));
        (await StateAsync(order)).Should().Be("captured");
    }

    [Fact]
    public async Task An_authorisation_that_the_bank_ends_is_renewed_when_its_webhook_comes()
    {
        var order = await AuthoriseAsync(10);

        await fixture.Provider.LapseAsync(order);

        await Wait.UntilAsync(
            async () => await RenewalsAsync(order) == 1 && await HeldAsync(order) == 1000,
            "it is authorised anew"
        );
    }

    [Fact]
    public async Task Orders_is_told_until_it_hears_of_an_authorisation_that_cannot_be_renewed()
    {
        var order = await AuthoriseAsync(10);
        _orders.Failures = 2;
        await fixture.Provider.SetFaultsAsync(new { declined = 1 });
        await fixture.Provider.LapseAsync(order);

        await Wait.UntilAsync(() => Task.FromResult(_orders.Told.Contains(order)), "Orders is told");
        await fixture.Provider.SetFaultsAsync(new { });
        (await StateAsync(order)).Should().Be("lapsed");
        (await CaptureAsync(order, 4, isLast: false)).Lapsed.Should().Be(new LapsedPayment(order, 1));
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<long>(
                    fixture.Database.Auditor,
                    $"select count(*) from payments where order_id = '{order}' and renew_at is not null"
                ) == 0,
            "it is not told again"
        );

        (await fixture.ChargeAsync([new ChargeOrder(order, 10, "tok_ok", Attempt: 2)], _client))
            .Single()
            .State.Should()
            .Be(ChargeState.Authorised, "another card");
        (await CaptureAsync(order, 10, isLast: true)).State.Should().Be(CaptureState.Captured);
    }

    private Task<long> RenewalsAsync(Guid order) =>
        Sql.ScalarAsync<long>(
            fixture.Database.Auditor,
            $"select count(*) from provider_calls where order_id = '{order}' and operation = 'renewal' and state = 'succeeded'"
        );

    private async Task<Guid> AuthoriseAsync(decimal amount, string token = "tok_ok")
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), amount, token);
        (await fixture.ChargeAsync([order], _client)).Single().State.Should().Be(ChargeState.Authorised);
        return order.OrderId;
    }

    private async Task<CaptureResponse> CaptureAsync(Guid order, decimal total, bool isLast, Guid? shipment = null)
    {
        using var response = await PostAsync(new(shipment ?? Guid.CreateVersion7(), order, total, isLast));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<CaptureResponse>(PaymentsFixture.Json))!;
    }

    private Task<HttpResponseMessage> PostAsync(CaptureRequest request) =>
        _client.PostAsJsonAsync("captures", request, TestContext.Current.CancellationToken);

    private Task<string?> StateAsync(Guid order) =>
        Sql.ScalarAsync<string>(fixture.Database.Auditor, $"select state from payments where order_id = '{order}'")!;

    private Task<long> HeldAsync(Guid order) => fixture.Provider.HeldAsync(order);

    private async Task<IEnumerable<(string, long)>> LedgerAsync(Guid order)
    {
        var keys = await Sql.ScalarAsync<string[]>(
            fixture.Database.Auditor,
            $"select array_agg(key) from provider_calls where order_id = '{order}'"
        );
        return (await fixture.Provider.LedgerAsync()).Where(r => keys!.Contains(r.Key)).Select(r => (r.Kind, r.Amount));
    }
}
