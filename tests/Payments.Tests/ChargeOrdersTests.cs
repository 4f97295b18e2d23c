using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.TestKit;

namespace DaprShop.Payments.Tests;

public sealed class ChargeOrdersTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Fact]
    public async Task A_batch_returns_one_outcome_per_order_in_the_order_of_the_request()
    {
        string[] tokens = ["tok_flaky", "tok_ok", "tok_declined", "tok_timeout", "tok_unknown"];
        var orders = tokens.Select(token => new ChargeOrder(Guid.CreateVersion7(), 10, token)).ToList();

        var first = await ChargeAsync([.. orders, orders[1]]);
        await fixture.UntilAnsweredAsync();
        var second = await ChargeAsync(orders);

        first
            .Select(o => o.State)
            .Should()
            .Equal(
                ChargeState.Pending,
                ChargeState.Captured,
                ChargeState.Declined,
                ChargeState.Pending,
                ChargeState.Declined,
                ChargeState.Captured
            );
        second
            .Select(o => o.State)
            .Should()
            .Equal(
                ChargeState.Captured,
                ChargeState.Captured,
                ChargeState.Declined,
                ChargeState.Captured,
                ChargeState.Declined
            );
        second.Where(o => o.State == ChargeState.Declined).Should().OnlyContain(o => o.Reason != null);
        (await LedgerAsync(orders, "charge")).Should().Be(3);
    }

    [Fact]
    public async Task Another_card_is_charged_once_the_first_is_declined_however_often_either_is_requested()
    {
        var first = new ChargeOrder(Guid.CreateVersion7(), 10, "tok_declined");
        var second = first with { Token = "tok_ok", Attempt = 2 };

        var states = new List<ChargeState>();
        foreach (var request in new[] { first, second, first, second, first with { Token = "tok_ok", Attempt = 3 } })
            states.Add((await ChargeAsync([request])).Single().State);

        states
            .Should()
            .Equal(
                ChargeState.Declined,
                ChargeState.Captured,
                ChargeState.Captured,
                ChargeState.Captured,
                ChargeState.Captured
            );
        (await LedgerAsync([first], "charge")).Should().Be(1);
        (
            await Sql.ScalarAsync<string>(
                fixture.Database.App,
                $"select string_agg(key || ' ' || state, ', ' order by key) from provider_calls where order_id = '{first.OrderId}'"
            )
        )
            .Should()
            .Be($"charge-{first.OrderId}-1 failed, charge-{first.OrderId}-2 succeeded");
    }

    [Fact]
    public async Task Overlapping_batches_in_any_order_neither_deadlock_nor_charge_twice()
    {
        string[] tokens = ["tok_ok", "tok_timeout", "tok_flaky"];
        var orders = Enumerable
            .Range(0, 200)
            .Select(i => new ChargeOrder(Guid.CreateVersion7(), 1, tokens[i % 3]))
            .ToArray();

        await Parallel.ForAsync(0, 24, new ParallelOptions { MaxDegreeOfParallelism = 12 }, async (i, _) =>
        {
            var shuffled = orders.ToArray();
            new Random(i).Shuffle(shuffled);
            await ChargeAsync(shuffled.Take(150));
            if (i % 6 == 5)
                await RefundAsync(shuffled.Take(50));
        });

        await ChargeAsync(orders);
        await fixture.UntilAnsweredAsync();
        var ledger = await fixture.Provider.LedgerAsync();
        var net = ledger
            .GroupBy(row => row.Reference)
            .ToDictionary(g => g.Key, g => g.Sum(row => row.Kind == "charge" ? row.Amount : -row.Amount));
        ledger.Should().OnlyHaveUniqueItems(row => row.Key);
        foreach (var outcome in await ChargeAsync(orders))
        {
            net.GetValueOrDefault($"{outcome.OrderId}")
                .Should()
                .Be(outcome.State == ChargeState.Captured ? 100 : 0, $"order {outcome.OrderId} is {outcome.State}");
        }

        var misnumbered = await Sql.ScalarAsync<long>(
            fixture.Database.Auditor,
            """
            select count(*) from payments p
            where p.version <> (select count(distinct version) from events where subject = p.order_id::text)
              or p.version <> (select count(*) from events where subject = p.order_id::text)
            """
        );
        misnumbered.Should().Be(0);
    }

    [Fact]
    public async Task Two_concurrent_charges_capture_the_money_once()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok");
        await Sql.ScalarAsync<object>(
            fixture.Database.App,
            $"""
            insert into payments (order_id, amount, state, attempt, version)
            values ('{order.OrderId}', 5, 'pending', 0, 0)
            """
        );
        await using var rival = await Rival.BeginAsync(
            fixture.Database.App,
            $"select * from payments where order_id = '{order.OrderId}' for update"
        );
        var one = ChargeAsync([order]);
        await rival.IsWaitedForAsync(1);
        var other = ChargeAsync([order]);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        // The one that did not ask the provider may learn the state before the answer.
        await Task.WhenAll(one, other);
        (await ChargeAsync([order])).Single().State.Should().Be(ChargeState.Captured);
        (await LedgerAsync([order], "charge")).Should().Be(1);
    }

    [Fact]
    public async Task Two_concurrent_first_charges_capture_the_money_once()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok");
        await using var rival = await Rival.BeginAsync(fixture.Database.Owner, "select * from event_head for update");
        var one = ChargeAsync([order]);
        await rival.IsWaitedForAsync(1);
        var other = ChargeAsync([order]);
        await rival.IsWaitedForAsync(2);
        await rival.CommitAsync();

        // The one that did not ask the provider may learn the state before the answer.
        await Task.WhenAll(one, other);
        (await ChargeAsync([order])).Single().State.Should().Be(ChargeState.Captured);
        (await LedgerAsync([order], "charge")).Should().Be(1);
    }

    [Fact]
    public async Task Payments_are_locked_by_ascending_order_id_whatever_their_place_on_disk()
    {
        var (first, second) = (
            new ChargeOrder(Guid.CreateVersion7(DateTimeOffset.UnixEpoch), 5, "tok_ok"),
            new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok")
        );
        await ChargeAsync([second]);
        await ChargeAsync([first]);
        await using var rival = await Rival.BeginAsync(
            fixture.Database.App,
            $"select * from payments where order_id = '{first.OrderId}' for update"
        );

        var charging = ChargeAsync([second, first]);
        await rival.IsWaitedForAsync();
        (
            await Sql.ScalarAsync<long>(
                fixture.Database.App,
                $"""
                select count(*) from
                  (select from payments where order_id = '{second.OrderId}' for update skip locked) unlocked
                """
            )
        ).Should().Be(1);
        await rival.CommitAsync();

        await charging;
    }

    [Fact]
    public async Task Concurrent_first_charges_in_any_order_never_deadlock()
    {
        var orders = Enumerable
            .Range(0, 4)
            .Select(day => new ChargeOrder(Guid.CreateVersion7(DateTimeOffset.UnixEpoch.AddDays(day)), 1, "tok_ok"))
            .ToArray();
        var contested = orders[2].OrderId;
        await using var rival = await Rival.BeginAsync(
            fixture.Database.App,
            $"""
            insert into payments (order_id, amount, state, attempt, version)
            select unnest(array['{contested}', '{orders[3].OrderId}']::uuid[]), 1, 'pending', 0, 0
            """
        );

        // Each would hold a lock on an order that the other one needs, while both wait for the rival.
        var one = ChargeAsync([orders[0], orders[2], orders[1]]);
        await rival.IsWaitedForAsync(1);
        var other = ChargeAsync([orders[1], orders[3], orders[0]]);
        await rival.IsWaitedForAsync(2);
        await rival.DisposeAsync();

        await Task.WhenAll(one, other);
        (await ChargeAsync(orders)).Should().OnlyContain(o => o.State == ChargeState.Captured);
    }

    [Theory]
    [InlineData("insert into provider_calls select * from provider_calls limit 1", "pk_provider_calls")]
    [InlineData("insert into payments select * from payments limit 1", "pk_payments")]
    [InlineData("update payments set refunded_in_parts = captured + 1", "part_refunds_within_captured")]
    [InlineData("update payments set captured = amount + 1", "captures_within_amount")]
    [InlineData("insert into event_head values (2, 0)", "one_row")]
    [InlineData("insert into events select * from events limit 1", "pk_events")]
    public async Task The_database_rejects_an_impossible_row_even_from_its_owner(string sql, string constraint)
    {
        await ChargeAsync([new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok")]);
        var writing = () => Sql.ScalarAsync<object>(fixture.Database.Owner, sql);
        (await writing.Should().ThrowAsync<Npgsql.PostgresException>()).Which.ConstraintName.Should().Be(constraint);
    }

    [Fact]
    public async Task A_refund_returns_the_money_once_and_later_charges_are_refused()
    {
        var charged = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_ok");
        var unanswered = new ChargeOrder(Guid.CreateVersion7(), 6, "tok_timeout");
        var unknown = new ChargeOrder(Guid.CreateVersion7(), 7, "tok_ok");
        await ChargeAsync([charged, unanswered]);

        await RefundAsync([charged, unanswered, unknown, charged]);
        await RefundAsync([charged, unanswered, unknown]);
        var late = await ChargeAsync([unknown, charged, unanswered]);
        await fixture.UntilAnsweredAsync();

        late.Should().OnlyContain(o => o.State == ChargeState.Refunded);
        (await LedgerAsync([charged, unanswered, unknown], "refund")).Should().Be(2);
        (await LedgerAsync([charged, unanswered, unknown], "charge")).Should().Be(2);
    }

    [Fact]
    public async Task Only_changes_are_recorded_as_events_and_their_versions_have_no_gap()
    {
        var order = new ChargeOrder(Guid.CreateVersion7(), 5, "tok_flaky");
        for (var i = 0; i < 5; i++)
        {
            await ChargeAsync([order]);
            await fixture.UntilAnsweredAsync();
        }

        for (var i = 0; i < 3; i++)
            await RefundAsync([order]);
        await fixture.UntilAnsweredAsync();

        var events = (await EventsAsync()).Where(e => e.Subject == order.OrderId.ToString()).ToList();

        events
            .Select(e => (e.Version, e.Read<PaymentRecorded>().Kind))
            .Should()
            .Equal((1, "captured"), (2, "refunded"));
        (await _sidecar.GetFromJsonAsync<EventPage>("events?after=0&limit=-1", TestContext.Current.CancellationToken))!
            .Events.Should()
            .ContainSingle();
    }

    [Fact]
    public async Task An_invalid_charge_request_is_rejected_as_a_whole()
    {
        var many = await _sidecar.PostAsJsonAsync(
            "charges",
            new ChargeRequest([
                .. Enumerable.Range(0, 501).Select(_ => new ChargeOrder(Guid.CreateVersion7(), 1, "tok_ok")),
            ]),
            TestContext.Current.CancellationToken
        );
        var negative = await _sidecar.PostAsJsonAsync(
            "charges",
            new ChargeRequest([new(Guid.CreateVersion7(), -1, "tok_ok")]),
            TestContext.Current.CancellationToken
        );

        many.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        negative.StatusCode.Should().Be(HttpStatusCode.UnprocessableEntity);
        negative.Content.Headers.ContentType!.MediaType.Should().Be("application/problem+json");
    }

    [Theory]
    [InlineData("update events set type = 'x'")]
    [InlineData("delete from events")]
    [InlineData("delete from provider_calls")]
    [InlineData("truncate provider_calls")]
    [InlineData("update credits set amount = 0")]
    [InlineData("delete from credits")]
    [InlineData("delete from payments")]
    public async Task The_services_role_is_denied(string statement) =>
        (await Sql.IsForbiddenAsync(fixture.Database.App, statement)).Should().BeTrue();

    private Task<IReadOnlyList<ChargeOutcome>> ChargeAsync(IEnumerable<ChargeOrder> orders) =>
        fixture.ChargeAsync(orders);

    private Task RefundAsync(IEnumerable<ChargeOrder> orders) => fixture.RefundAsync(orders.Select(o => o.OrderId));

    private async Task<List<LoggedEvent>> EventsAsync()
    {
        var events = new List<LoggedEvent>();
        while (
            await _sidecar.GetFromJsonAsync<EventPage>($"events?after={events.Count}")
                is { Events: { Count: > 0 } more }
        )
            events.AddRange(more);
        return events;
    }

    private Task<int> LedgerAsync(IEnumerable<ChargeOrder> orders, string kind) =>
        fixture.CountLedgerAsync(kind, orders.Select(o => o.OrderId));
}
