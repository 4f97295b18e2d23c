using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.Payments.Tests;

public sealed class OperatorTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly HttpClient _operator = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task A_credit_is_given_once_per_key_and_a_repeated_request_gets_the_same_answer()
    {
        var (key, reference) = (NewText(), $"note {NewText()}");

        using var given = await CreditAsync(key, new { reference, amount = 3.50m });
        using var again = await CreditAsync(key, new { reference, amount = 3.5m });

        (given.StatusCode, again.StatusCode).Should().Be((HttpStatusCode.OK, HttpStatusCode.OK));
        given.Headers.Contains(IdempotencyKey.ReplayedHeader).Should().BeFalse();
        again.Headers.GetValues(IdempotencyKey.ReplayedHeader).Should().Equal("true");
        (await BodyAsync(again)).Should().Be(await BodyAsync(given));
        (await RowsAsync(reference)).Should().Be(1);
    }

    [Fact]
    public async Task Twenty_requests_at_once_with_one_key_give_one_credit()
    {
        var (key, reference) = (NewText(), $"note {NewText()}");

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 20).Select(_ => CreditAsync(key, new { reference, amount = 1 }))
        );

        answers.Should().OnlyContain(a => a.StatusCode == HttpStatusCode.OK);
        answers.Count(a => !a.Headers.Contains(IdempotencyKey.ReplayedHeader)).Should().Be(1);
        (await RowsAsync(reference)).Should().Be(1);
    }

    [Fact]
    public async Task A_key_with_another_body_is_rejected_and_so_is_a_reference_with_another_key()
    {
        var (key, reference) = (NewText(), $"note {NewText()}");
        using var given = await CreditAsync(key, new { reference, amount = 1 });

        using var otherBody = await CreditAsync(key, new { reference, amount = 2 });
        using var otherKey = await CreditAsync(NewText(), new { reference, amount = 1 });

        await IsProblemAsync(otherBody, 422, "idempotency-conflict");
        await IsProblemAsync(otherKey, 409, "already-credited");
        (await RowsAsync(reference)).Should().Be(1);
    }

    [Fact]
    public async Task S5_No_credit_is_given_under_the_id_of_an_order_also_of_one_that_is_not_charged_yet()
    {
        var orders = new OrdersStandIn { Known = Guid.CreateVersion7() };
        await using var service = new ServiceHost<Program>(
            fixture.Database.App,
            services => services.AddSingleton(new ServiceInvoker(orders, NoFailpoints.Instance)),
            fixture.Provider.Settings
        );
        var caller = service.As(Identity.Operator, "olga");

        foreach (
            var reference in new[] { $"{orders.Known}", $"{orders.Known}".ToUpperInvariant(), $"{orders.Known:N}" }
        )
        {
            using var refused = await SendAsync(caller, NewText(), JsonContent.Create(new { reference, amount = 1 }));
            await IsProblemAsync(refused, 409, "reference-of-an-order");
        }

        using var other = await SendAsync(
            caller,
            NewText(),
            JsonContent.Create(new { reference = NewText(), amount = 1 })
        );
        other.StatusCode.Should().Be(HttpStatusCode.OK, "it is no order's id");
        orders.Failures = 1;
        using var later = await SendAsync(
            caller,
            NewText(),
            JsonContent.Create(new { reference = NewText(), amount = 1 })
        );
        later.StatusCode.Should().Be(HttpStatusCode.ServiceUnavailable);
        later.Headers.RetryAfter.Should().NotBeNull("Orders did not answer: a retry can help");
    }

    [Fact]
    public async Task Every_invalid_credit_gets_its_problem_and_pays_nothing_out()
    {
        using var noKey = await CreditAsync(null, new { reference = "r", amount = 1 });
        using var zero = await CreditAsync(NewText(), new { reference = "r", amount = 0 });
        using var huge = await CreditAsync(NewText(), new { reference = "r", amount = 1e15 });
        using var noReference = await CreditAsync(NewText(), new { reference = "", amount = 1 });
        using var empty = await CreditAsync(NewText(), new { });
        using var misspelt = await CreditAsync(
            NewText(),
            new
            {
                reference = "r",
                amount = 1,
                amuont = 2,
            }
        );
        using var broken = await SendAsync(
            _operator,
            NewText(),
            new StringContent("{\"reference\":", Encoding.UTF8, "application/json")
        );
        using var oversized = await SendAsync(
            _operator,
            NewText(),
            new StringContent(new string(' ', 5_000_000), Encoding.UTF8, "application/json")
        );

        await IsProblemAsync(noKey, 400, "idempotency-key-missing");
        await IsProblemAsync(zero, 422, "invalid");
        await IsProblemAsync(huge, 422, "invalid");
        await IsProblemAsync(noReference, 422, "invalid");
        await IsProblemAsync(empty, 400, "invalid-body");
        await IsProblemAsync(misspelt, 400, "invalid-body");
        await IsProblemAsync(broken, 400, "malformed-json");
        await IsProblemAsync(oversized, 413, "too-large");
        (await RowsAsync("r")).Should().Be(0);
    }

    [Fact]
    public async Task Only_operators_are_allowed()
    {
        using var customer = await SendAsync(
            fixture.Service.As(Identity.Customer),
            NewText(),
            JsonContent.Create(new { reference = "x", amount = 1 })
        );
        using var anonymous = await SendAsync(
            fixture.Service.CreateClient(),
            NewText(),
            JsonContent.Create(new { reference = "x", amount = 1 })
        );
        using var reading = await fixture
            .Service.As(Identity.Customer)
            .GetAsync($"payments/{Guid.CreateVersion7()}", TestContext.Current.CancellationToken);

        await IsProblemAsync(customer, 403, "forbidden");
        await IsProblemAsync(anonymous, 401, "unauthenticated");
        await IsProblemAsync(reading, 403, "forbidden");
    }

    [Fact]
    public async Task An_operator_reads_a_payment_with_what_the_provider_was_asked()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 9.99m, "tok_ok");
        await _operator.PostAsJsonAsync("charges", new ChargeRequest([order]), TestContext.Current.CancellationToken);
        await _operator.PostAsJsonAsync(
            "refunds",
            new RefundRequest([order.OrderId]),
            TestContext.Current.CancellationToken
        );

        var payment = await _operator.GetFromJsonAsync<JsonElement>(
            $"payments/{order.OrderId}",
            TestContext.Current.CancellationToken
        );
        using var unknown = await _operator.GetAsync(
            $"payments/{Guid.CreateVersion7()}",
            TestContext.Current.CancellationToken
        );

        payment.GetProperty("state").GetString().Should().Be("refunded");
        payment
            .GetProperty("calls")
            .EnumerateArray()
            .Select(c =>
                (
                    c.GetProperty("operation").GetString(),
                    c.GetProperty("amount").GetDecimal(),
                    c.GetProperty("state").GetString()
                )
            )
            .Should()
            .Equal(("charge", 9.99m, "succeeded"), ("refund", 9.99m, "succeeded"));
        await IsProblemAsync(unknown, 404, "not-found");
    }

    [Theory]
    [InlineData(false, "captured", "charge")]
    [InlineData(true, "refunded", "charge,refund")]
    public async Task G26_A_capture_reported_by_webhook_counts_while_the_order_is_open_and_is_refunded_after_it_has_ended(
        bool hasEnded,
        string state,
        string operations
    )
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 9.99m, "tok_late");
        await _operator.PostAsJsonAsync("charges", new ChargeRequest([order]), TestContext.Current.CancellationToken);
        if (hasEnded)
            await _operator.PostAsJsonAsync(
                "refunds",
                new RefundRequest([order.OrderId]),
                TestContext.Current.CancellationToken
            );

        await fixture.Provider.SetFaultsAsync(new { webhook_twice = 1 });
        await fixture.Provider.CompleteAsync(order.OrderId);

        await Wait.UntilAsync(async () => await StateAsync(order.OrderId) == state, $"the payment is {state}");
        await fixture.Provider.SetFaultsAsync(new { });
        (await fixture.Provider.LedgerAsync())
            .Where(row => row.Reference == $"{order.OrderId}")
            .Select(row => row.Kind)
            .Should()
            .Equal(operations.Split(','));
    }

    [Fact]
    public async Task G42_The_OpenAPI_document_describes_every_success_response() =>
        (await _operator.UndescribedSuccessesAsync(TestContext.Current.CancellationToken)).Should().BeEmpty();

    private async Task<string?> StateAsync(Guid order) =>
        (await _operator.GetFromJsonAsync<JsonElement>($"payments/{order}")).GetProperty("state").GetString();

    private Task<HttpResponseMessage> CreditAsync(string? key, object body) =>
        SendAsync(_operator, key, JsonContent.Create(body));

    private static async Task<HttpResponseMessage> SendAsync(HttpClient caller, string? key, HttpContent body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "payments/credits") { Content = body };
        request.Headers.ExpectContinue = true;
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request);
    }

    private static async Task IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        ((int)response.StatusCode).Should().Be(status);
        response.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
        (await response.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("type")
            .GetString()
            .Should()
            .EndWith($":{kind}");
    }

    private static string NewText() => Guid.CreateVersion7().ToString();

    private static Task<string> BodyAsync(HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    private async Task<int> RowsAsync(string reference) =>
        (await fixture.Provider.LedgerAsync()).Count(row => row.Kind == "payout" && row.Reference == reference);
}
