using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.ServiceKit;

namespace DaprShop.Payments.Tests;

public sealed class ChargeOrdersTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) } };
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Fact]
    public async Task A_batch_is_answered_in_its_sequence_each_order_for_itself()
    {
        string[] tokens = ["tok_flaky", "tok_ok", "tok_declined", "tok_timeout", "tok_unheard_of"];
        var orders = tokens.Select(token => new ChargeOrder(Guid.CreateVersion7(), 10, token)).ToList();

        var first = await ChargeAsync([.. orders, orders[1]]);
        var second = await ChargeAsync(orders);
        var third = await ChargeAsync(orders);

        first.Select(o => o.OrderId).Should().Equal(orders.Append(orders[1]).Select(o => o.OrderId));
        first.Select(o => o.State).Should().Equal(ChargeState.Pending, ChargeState.Captured, ChargeState.Declined, ChargeState.Pending, ChargeState.Declined, ChargeState.Captured);
        second.Select(o => o.State).Should().Equal(ChargeState.Pending, ChargeState.Captured, ChargeState.Declined, ChargeState.Captured, ChargeState.Declined);
        third[0].State.Should().Be(ChargeState.Captured);
        third.Where(o => o.State == ChargeState.Declined).Should().OnlyContain(o => o.Reason != null);
        (await LedgerAsync(orders, "charge")).Should().Be(3);
    }

    [Fact]
    public async Task Overlapping_batches_in_any_sequence_neither_deadlock_nor_charge_twice()
    {
        string[] tokens = ["tok_ok", "tok_timeout", "tok_flaky"];
        var orders = Enumerable.Range(0, 200).Select(i => new ChargeOrder(Guid.CreateVersion7(), 1, tokens[i % 3])).ToArray();

        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            var shuffled = orders.ToArray();
            new Random(i).Shuffle(shuffled);
            await ChargeAsync(shuffled.Take(150));
            if (i % 6 == 5) await RefundAsync(shuffled.Take(50));
        });

        await ChargeAsync(orders);
        (await LedgerAsync(orders, "charge")).Should().BeLessThanOrEqualTo(200);
        var disagreeing = await Sql.ScalarAsync<long>(fixture.Database.Auditor, """
            select count(*) from payments p left join lateral
              (select coalesce(sum(case kind when 'charge' then amount else -amount end), 0) as net from provider_ledger where reference = p.order_id::text) l on true
            where l.net <> case p.state when 'captured' then p.amount when 'pending' then l.net else 0 end
            """);
        disagreeing.Should().Be(0);
        var misnumbered = await Sql.ScalarAsync<long>(fixture.Database.Auditor, """
            select count(*) from payments p where p.version <> (select count(distinct version) from events where subject = p.order_id::text)
              or p.version <> (select count(*) from events where subject = p.order_id::text)
            """);
        misnumbered.Should().Be(0);
    }

    [Fact]
    public async Task Refunding_gives_back_once_and_refuses_what_comes_late()
    {
        var charged = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok");
        var unanswered = new ChargeOrder(Guid.CreateVersion7(), 6, "tok_timeout");
        var unknown = new ChargeOrder(Guid.CreateVersion7(), 7, "tok_ok");
        await ChargeAsync([charged, unanswered]);

        await RefundAsync([charged, unanswered, unknown, charged]);
        await RefundAsync([charged, unanswered, unknown]);
        var late = await ChargeAsync([unknown, charged, unanswered]);

        late.Should().OnlyContain(o => o.State == ChargeState.Refunded);
        (await LedgerAsync([charged, unanswered, unknown], "refund")).Should().Be(2);
        (await LedgerAsync([charged, unanswered, unknown], "charge")).Should().Be(2);
    }

    [Fact]
    public async Task Only_real_changes_become_facts_numbered_without_gap()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_flaky");
        for (var i = 0; i < 5; i++) await ChargeAsync([order]);
        for (var i = 0; i < 3; i++) await RefundAsync([order]);

        var facts = (await EventsAsync()).Where(e => e.Subject == order.OrderId.ToString()).ToList();

        facts.Select(e => (e.Version, e.Read<PaymentBooked>().Kind)).Should().Equal((1, "captured"), (2, "refunded"));
    }

    [Fact]
    public async Task What_cannot_be_charged_is_refused_whole()
    {
        var many = await _sidecar.PostAsJsonAsync("charges", new ChargeRequest([.. Enumerable.Range(0, 501).Select(_ => new ChargeOrder(Guid.CreateVersion7(), 1, "tok_ok"))]), TestContext.Current.CancellationToken);
        var negative = await _sidecar.PostAsJsonAsync("charges", new ChargeRequest([new(Guid.CreateVersion7(), -1, "tok_ok")]), TestContext.Current.CancellationToken);

        many.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        negative.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        negative.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData("update events set type = 'x'")]
    [InlineData("delete from events")]
    [InlineData("update provider_ledger set amount = 0")]
    [InlineData("delete from provider_ledger")]
    [InlineData("truncate provider_ledger")]
    [InlineData("update credits set amount = 0")]
    [InlineData("delete from credits")]
    [InlineData("delete from payments")]
    public async Task The_services_role_may_not(string statement) =>
        (await Sql.IsForbiddenAsync(fixture.Database.App, statement)).Should().BeTrue();

    private async Task<IReadOnlyList<ChargeOutcome>> ChargeAsync(IEnumerable<ChargeOrder> orders)
    {
        using var response = await _sidecar.PostAsJsonAsync("charges", new ChargeRequest([.. orders]));
        response.StatusCode.Should().Be(HttpStatusCode.OK);
        return (await response.Content.ReadFromJsonAsync<ChargeResponse>(Json))!.Outcomes;
    }

    private async Task RefundAsync(IEnumerable<ChargeOrder> orders)
    {
        using var response = await _sidecar.PostAsJsonAsync("refunds", new RefundRequest([.. orders.Select(o => o.OrderId)]));
        response.StatusCode.Should().Be(HttpStatusCode.NoContent);
    }

    private async Task<List<LoggedEvent>> EventsAsync()
    {
        var events = new List<LoggedEvent>();
        while (await _sidecar.GetFromJsonAsync<EventPage>($"events?after={events.Count}") is { Events: { Count: > 0 } more }) events.AddRange(more);
        return events;
    }

    private Task<long> LedgerAsync(IEnumerable<ChargeOrder> orders, string kind) => Sql.ScalarAsync<long>(fixture.Database.Auditor,
        $"select count(*) from provider_ledger where kind = '{kind}' and reference in ({string.Join(',', orders.Select(o => $"'{o.OrderId}'"))})");
}
