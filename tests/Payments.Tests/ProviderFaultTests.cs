using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.TestKit;
using StandardWebhooks;

namespace DaprShop.Payments.Tests;

/// <summary>A provider that is slow, loses answers, refuses for a while, or reports by webhook.</summary>
public sealed class ProviderFaultTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Theory]
    [InlineData("{\"lost\":1}")]
    [InlineData("{\"unavailable\":1}")]
    [InlineData("{\"throttled\":1}")]
    [InlineData("{\"processing\":1}")]
    public async Task A_charge_without_an_answer_is_captured_once_as_soon_as_the_provider_answers(string faults)
    {
        var order = NewOrder();
        await fixture.Provider.SetFaultsAsync(JsonSerializer.Deserialize<JsonElement>(faults));

        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Pending);
        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Pending);
        await fixture.Provider.SetFaultsAsync(new { });

        await Wait.UntilAsync(
            async () => (await ChargeAsync(order)).Single().State == ChargeState.Captured,
            "the charge is captured"
        );
        (await fixture.CountLedgerAsync("charge", [order.OrderId])).Should().Be(1);
    }

    [Theory]
    [InlineData("{\"lost\":1}")]
    [InlineData("{\"unavailable\":1}")]
    [InlineData("{\"throttled\":1}")]
    public async Task A_refund_without_an_answer_is_decided_at_once_and_made_once(string faults)
    {
        var order = NewOrder();
        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Captured);
        await fixture.Provider.SetFaultsAsync(JsonSerializer.Deserialize<JsonElement>(faults));

        await RefundAsync(order);
        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Refunded, "it is decided");
        await fixture.Provider.SetFaultsAsync(new { });

        await fixture.UntilAnsweredAsync();
        (await fixture.CountLedgerAsync("refund", [order.OrderId])).Should().Be(1);
    }

    [Fact]
    public async Task A_starting_service_looks_up_at_once_what_the_one_before_has_left_without_an_answer()
    {
        var order = NewOrder();
        await ChargeAsync(order);
        await Sql.ScalarAsync<object>(
            fixture.Database.App,
            $"""
            update provider_calls set state = 'open', answered_at = null, due_at = now() + interval '1 hour'
            where order_id = '{order.OrderId}';
            update payments set state = 'pending', version = 0 where order_id = '{order.OrderId}';
            """
        );
        await Sql.ScalarAsync<object>(fixture.Database.Owner, $"delete from events where subject = '{order.OrderId}'");

        await using var successor = new ServiceHost<Program>(fixture.Database.App, fixture.Provider.Settings);

        await Wait.UntilAsync(
            async () => (await ChargeAsync(order)).Single().State == ChargeState.Captured,
            "the call is looked up"
        );
        (await fixture.CountLedgerAsync("charge", [order.OrderId])).Should().Be(1);
    }

    [Fact]
    public async Task A_slow_answer_delays_its_batch_for_a_bounded_time_and_nobody_else()
    {
        await using var impatient = new ServiceHost<Program>(
            fixture.Database.App,
            [.. fixture.Provider.Settings, ("Provider:WaitMilliseconds", "300")]
        );
        using var sidecar = impatient.CreateClient();
        await fixture.ChargeAsync([NewOrder()], sidecar);
        var (slow, others) = (NewOrder("tok_timeout"), Enumerable.Range(0, 20).Select(_ => NewOrder()).ToArray());

        var started = Stopwatch.GetTimestamp();
        var outcomes = await fixture.ChargeAsync([slow, .. others], sidecar);
        var elapsed = Stopwatch.GetElapsedTime(started);

        outcomes[0].State.Should().Be(ChargeState.Pending);
        outcomes.Skip(1).Should().OnlyContain(o => o.State == ChargeState.Captured);
        elapsed.Should().BeLessThan(TimeSpan.FromSeconds(2.5), "tok_timeout answers after 3 s");
        await fixture.UntilAnsweredAsync();
        (await fixture.ChargeAsync([slow], sidecar)).Single().State.Should().Be(ChargeState.Captured);
    }

    [Fact]
    public async Task A_charge_that_reaches_the_provider_after_its_order_has_ended_captures_nothing()
    {
        var order = NewOrder();
        await fixture.Provider.SetFaultsAsync(new { unavailable = 1 });
        await ChargeAsync(order);
        await RefundAsync(order);
        await fixture.Provider.SetFaultsAsync(new { });
        await fixture.UntilAnsweredAsync();
        // An attempt that was under way when the order ended may have captured the money: then it is refunded.
        var before = await fixture.CountLedgerAsync("charge", [order.OrderId]);

        // The charge, as it left the shop long ago.
        using var late = new HttpRequestMessage(HttpMethod.Post, "v1/payment_intents")
        {
            Content = new FormUrlEncodedContent(
                new Dictionary<string, string>
                {
                    ["amount"] = "999",
                    ["currency"] = "gbp",
                    ["payment_method"] = "tok_ok",
                    ["capture_method"] = "automatic",
                    ["confirm"] = "true",
                    ["metadata[reference]"] = $"{order.OrderId}",
                }
            ),
        };
        late.Headers.Add("Idempotency-Key", $"charge-{order.OrderId}-1");
        using var answer = await fixture.Provider.Api.SendAsync(late, TestContext.Current.CancellationToken);

        answer.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await fixture.CountLedgerAsync("charge", [order.OrderId])).Should().Be(before);
        (await fixture.CountLedgerAsync("refund", [order.OrderId])).Should().Be(before);
        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Refunded);
    }

    [Theory]
    [InlineData("{\"unavailable\":1}")]
    [InlineData("{\"throttled\":1}")]
    public async Task A_provider_that_fails_while_a_charge_is_withdrawn_is_asked_until_the_money_is_certain(
        string faults
    )
    {
        var order = NewOrder();
        await fixture.Provider.SetFaultsAsync(JsonSerializer.Deserialize<JsonElement>(faults));
        await ChargeAsync(order);
        await RefundAsync(order);
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<long>(
                    fixture.Database.Auditor,
                    $"select attempts::bigint from provider_calls where order_id = '{order.OrderId}'"
                ) >= 3,
            "the charge is withdrawn in vain"
        );
        (await ChargeAsync(order)).Single().State.Should().Be(ChargeState.Refunded, "the end is decided");

        await fixture.Provider.SetFaultsAsync(new { });

        await fixture.UntilAnsweredAsync();
        (await fixture.CountLedgerAsync("refund", [order.OrderId]))
            .Should()
            .Be(await fixture.CountLedgerAsync("charge", [order.OrderId]), "what was captured is refunded");
    }

    [Fact]
    public async Task A_webhook_that_precedes_the_answer_changes_nothing()
    {
        var orders = Enumerable.Range(0, 20).Select(_ => NewOrder()).ToArray();
        await fixture.Provider.SetFaultsAsync(
            new
            {
                webhook_first = 1,
                webhook_twice = 1,
                slow = 1,
                slow_seconds = 0.2,
            }
        );

        await ChargeAsync(orders);
        await fixture.Provider.SetFaultsAsync(new { });
        await fixture.UntilAnsweredAsync();

        (await ChargeAsync(orders)).Should().OnlyContain(o => o.State == ChargeState.Captured);
        (await fixture.CountLedgerAsync("charge", orders.Select(o => o.OrderId))).Should().Be(20);
    }

    [Theory]
    [InlineData(0, ProviderHost.WebhookSecret, 204)]
    [InlineData(-4, ProviderHost.WebhookSecret, 204)]
    [InlineData(-6, ProviderHost.WebhookSecret, 401)]
    [InlineData(6, ProviderHost.WebhookSecret, 401)]
    [InlineData(0, "whsec_YW5vdGhlciBzZWNyZXQ=", 401)]
    public async Task A_webhook_is_accepted_by_its_signature_and_within_five_minutes(
        int minutes,
        string secret,
        int status
    )
    {
        var sentAt = TimeProvider.System.GetUtcNow().AddMinutes(minutes);
        const string Body = """{"type":"payment_intent.succeeded","data":{"object":{"metadata":{"key":"nobody"}}}}""";

        using var answer = await SendWebhookAsync(Body, sentAt, new StandardWebhook(secret).Sign("evt", sentAt, Body));

        ((int)answer.StatusCode).Should().Be(status);
    }

    [Theory]
    [InlineData("[]")]
    [InlineData("null")]
    [InlineData("no json")]
    [InlineData("""{"data":{"object":{"metadata":{"key":7}}}}""")]
    [InlineData("""{"data":[]}""")]
    public async Task A_signed_webhook_about_anything_else_is_accepted_and_ignored(string body)
    {
        var sentAt = TimeProvider.System.GetUtcNow();
        var signature = new StandardWebhook(ProviderHost.WebhookSecret).Sign("evt", sentAt, body);

        using var answer = await SendWebhookAsync(body, sentAt, signature);

        answer.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    private async Task<HttpResponseMessage> SendWebhookAsync(string body, DateTimeOffset sentAt, string signature)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "webhooks/payments")
        {
            Content = new StringContent(body, Encoding.UTF8, "application/json"),
        };
        // As a sidecar passes a body on: without its length.
        request.Headers.TransferEncodingChunked = true;
        request.Headers.Add("webhook-id", "evt");
        request.Headers.Add("webhook-timestamp", $"{sentAt.ToUnixTimeSeconds()}");
        request.Headers.Add("webhook-signature", signature);
        return await _sidecar.SendAsync(request, TestContext.Current.CancellationToken);
    }

    private static ChargeOrder NewOrder(string token = "tok_ok") => new(Guid.CreateVersion7(), 9.99m, token);

    private Task<IReadOnlyList<ChargeOutcome>> ChargeAsync(params ChargeOrder[] orders) => fixture.ChargeAsync(orders);

    private Task RefundAsync(ChargeOrder order) => fixture.RefundAsync([order.OrderId]);
}
