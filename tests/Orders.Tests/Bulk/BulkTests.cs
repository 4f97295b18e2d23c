using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Bulk;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;
using static DaprShop.Orders.Tests.BulkScene;

namespace DaprShop.Orders.Tests;

/// <summary>Bulk jobs: each row is accepted once, whatever fails meanwhile.</summary>
public sealed class BulkTests
{
    private const string Poisoned = """
        create function poison() returns trigger language plpgsql as $$ begin if new.quantity = 13 then raise exception 'thirteen cups'; end if; return new; end $$;
        create trigger poison before insert on order_lines for each row execute function poison()
        """;

    private static readonly BulkRow Mixed = new(
        4,
        """{"lines":[{"sku":"cup","quantity":1},{"sku":"cup","quantity":0},{"sku":"tray","quantity":1},"cup"],"payment":{"token":"tok_ok"}}"""
    );

    [Theory]
    [InlineData(
        BulkPolicies.RejectEverything,
        "rejected: 6 received, 0 accepted, 0 replayed, 5 rejected, 0 parked",
        "checked rejected rejected rejected rejected rejected",
        0,
        0
    )]
    [InlineData(
        BulkPolicies.RejectFailedRows,
        "done: 6 received, 1 accepted, 0 replayed, 5 rejected, 0 parked",
        "accepted rejected rejected rejected rejected rejected",
        1,
        1
    )]
    [InlineData(
        BulkPolicies.IgnoreFailed,
        "done: 6 received, 2 accepted, 0 replayed, 4 rejected, 0 parked",
        "accepted rejected rejected accepted rejected rejected",
        2,
        2
    )]
    public async Task G29_A_file_with_errors_is_processed_by_its_policy(
        string policy,
        string told,
        string rows,
        int orders,
        int lines
    )
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync(
            "file",
            [
                Row(1),
                Row(2, quantity: "0"),
                Row(3, sku: "tray"),
                Mixed,
                new(5, "no JSON"),
                new(6, null, "It has bytes that are not UTF-8."),
            ],
            policy
        );

        await scene.DrainAsync();

        (await scene.DescribeAsync(job)).Should().Be(told);
        (await scene.StatesAsync(job)).Should().Be(rows);
        (await scene.OrdersAsync()).Should().Be(orders);
        (await scene.Db.NumberAsync("select count(*) from order_lines")).Should().Be(lines);
        (
            await Sql.ScalarAsync<string>(
                scene.Db.Names.App,
                "select string_agg(e->>'field', ' ') from bulk_rows, jsonb_array_elements(errors) e where row = 4"
            )
        )
            .Should()
            .Be("/lines/3 /lines/1/quantity /lines/2/sku");
    }

    [Fact]
    public async Task G29_A_file_without_errors_is_accepted_whole_even_where_one_error_would_reject_it()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(450, keys: "k"), BulkPolicies.RejectEverything);
        for (var checking = 0; checking < 3; checking++)
            await scene.StepAsync();
        (await scene.OrdersAsync()).Should().Be(0, "all rows are looked at before the first is accepted");

        await scene.DrainAsync();

        (await scene.DescribeAsync(job))
            .Should()
            .Be("done: 450 received, 450 accepted, 0 replayed, 0 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(450);
    }

    [Fact]
    public async Task G29_A_key_used_for_two_orders_is_an_error_of_the_file_wherever_the_other_order_is()
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("before", [Row(1, "taken")]);
        await scene.DrainAsync();
        var twice = await scene.SubmitAsync(
            "twice",
            [.. Rows(200), Row(201, "k"), .. Rows(200, from: 202), Row(402, "k", quantity: "2")],
            BulkPolicies.RejectEverything
        );
        var taken = await scene.SubmitAsync("taken", [Row(1, "taken", quantity: "2")], BulkPolicies.RejectEverything);

        await scene.DrainAsync();

        (await scene.DescribeAsync(twice))
            .Should()
            .Be("rejected: 402 received, 0 accepted, 0 replayed, 1 rejected, 0 parked");
        (await scene.DescribeAsync(taken))
            .Should()
            .Be("rejected: 1 received, 0 accepted, 0 replayed, 1 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(1);
    }

    [Fact]
    public async Task G29_A_file_whose_rows_have_keys_adds_nothing_when_it_is_uploaded_again_with_another_key()
    {
        await using var scene = await CreateAsync();
        var first = await scene.SubmitAsync("first", Rows(300, keys: "k"));
        await scene.DrainAsync();
        (await scene.SubmitAsync("first", Rows(300, keys: "k"))).Should().Be(first, "the job's key names it");
        (await scene.DescribeAsync(first)).Should().StartWith("done: 300 received, 300 accepted");
        var again = await scene.SubmitAsync(
            "second",
            [.. Rows(300, keys: "k"), Row(301, "k-1"), Row(302, "k-2", quantity: "2")]
        );

        await scene.DrainAsync();

        (await scene.DescribeAsync(again))
            .Should()
            .Be("done: 302 received, 300 accepted, 300 replayed, 2 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(300);
    }

    [Fact]
    public async Task Rows_without_keys_get_a_key_from_their_job_and_row_number()
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("first", Rows(3));
        await scene.SubmitAsync("second", Rows(3));

        await scene.DrainAsync();

        (
            await Sql.ScalarAsync<string>(
                scene.Db.Names.App,
                "select string_agg(key, ' ' order by key) from idempotency_keys"
            )
        )
            .Should()
            .Be("first:1 first:2 first:3 second:1 second:2 second:3");
    }

    [Fact]
    public async Task G29_Repeated_rows_change_nothing_and_different_rows_in_their_place_are_rejected()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(10), end: false);
        Task<bool> ReceiveAsync(params BulkRow[] rows) => scene.Store.ReceiveAsync(job, rows, CancellationToken.None);

        (await ReceiveAsync(Rows(10, from: 5))).Should().BeTrue("a cut upload is taken up before the place of the cut");
        (await ReceiveAsync(Row(3, quantity: "2"), Row(15))).Should().BeFalse();
        await scene.Store.EndAsync(job, 10, CancellationToken.None);
        (await scene.DescribeAsync(job)).Should().StartWith("receiving: 14 received", "another file ends elsewhere");
        await scene.Store.EndAsync(job, 14, CancellationToken.None);

        (await ReceiveAsync(Row(15))).Should().BeFalse("the file has ended");
        (await ReceiveAsync(Rows(14))).Should().BeTrue();
        (await scene.DescribeAsync(job)).Should().StartWith("running: 14 received");
    }

    [Theory]
    [InlineData(BulkPolicies.RejectFailedRows, "accepted accepted rejected")]
    [InlineData(BulkPolicies.IgnoreFailed, "accepted accepted rejected")]
    [InlineData(BulkPolicies.RejectEverything, "checked checked rejected")]
    public async Task A_row_that_repeats_the_key_of_another_row_of_the_file_is_refused_and_the_row_is_named(
        string policy,
        string states
    )
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", [Row(1, "A"), Row(2, "B"), Row(3, "A")], policy);
        await scene.DrainAsync();

        (await scene.StatesAsync(job)).Should().Be(states);
        (
            await Sql.ScalarAsync<string>(
                scene.Db.Names.App,
                $"select errors->0->>'detail' from bulk_rows where job_id = '{job}' and row = 3"
            )
        )
            .Should()
            .StartWith("Row 1 of this file has the same key.");
    }

    [Fact]
    public async Task A_row_that_repeats_the_key_of_a_row_of_an_earlier_batch_is_refused()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", [.. Rows(250, keys: "k"), Row(251, "k-1")]);
        await scene.DrainAsync();
        (await scene.DescribeAsync(job))
            .Should()
            .Be("done: 251 received, 250 accepted, 0 replayed, 1 rejected, 0 parked");
    }

    [Fact]
    public async Task A_job_whose_file_never_ends_can_be_abandoned_and_what_it_accepted_stays()
    {
        await using var scene = await CreateAsync();
        var cut = await scene.SubmitAsync("cut", Rows(3), end: false);
        await scene.Store.AbandonAsync(cut, CancellationToken.None);
        (await scene.Store.ReceiveAsync(cut, [Row(4)], CancellationToken.None)).Should().BeFalse();
        await scene.Store.EndAsync(cut, 3, CancellationToken.None);
        (await scene.DescribeAsync(cut)).Should().StartWith("abandoned: 3 received, 0 accepted");

        var half = await scene.SubmitAsync("half", Rows(250));
        await scene.StepAsync();
        await scene.Store.AbandonAsync(half, CancellationToken.None);
        await scene.Store.PauseAsync(half, paused: true, CancellationToken.None);
        await scene.DrainAsync();
        (await scene.DescribeAsync(half))
            .Should()
            .Be("abandoned: 250 received, 200 accepted, 0 replayed, 0 rejected, 0 parked");
        (await scene.OrdersAsync()).Should().Be(200);

        var done = await scene.SubmitAsync("done", Rows(1));
        await scene.DrainAsync();
        await scene.Store.AbandonAsync(done, CancellationToken.None);
        (await scene.DescribeAsync(done)).Should().StartWith("done: ", "it has ended before");
    }

    [Fact]
    public async Task A_row_that_is_sent_again_in_other_words_is_the_same_row()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync(
            "file",
            [Text(1, """{"lines":[{"sku":"cup","quantity":1,"unitPrice":4.5}],"payment":{"token":"tok_ok"}}""")],
            end: false
        );
        Task<bool> ReceiveAsync(string body) => scene.Store.ReceiveAsync(job, [Text(1, body)], CancellationToken.None);

        (
            await ReceiveAsync(
                """{"payment":{"token":"tok_ok"},"onShortage":"reject","lines":[{"unitPrice":4.50,"sku":"cup","quantity":1}]}"""
            )
        )
            .Should()
            .BeTrue("only the order of the members and the zeros differ");
        (await ReceiveAsync("""{"lines":[{"sku":"cup","quantity":1,"unitPrice":4.51}],"payment":{"token":"tok_ok"}}"""))
            .Should()
            .BeFalse();
        (
            await ReceiveAsync(
                """{"key":"k","lines":[{"sku":"cup","quantity":1,"unitPrice":4.5}],"payment":{"token":"tok_ok"}}"""
            )
        )
            .Should()
            .BeFalse();

        static BulkRow Text(int row, string body) => new(row, body);
    }

    [Fact]
    public async Task Nothing_is_accepted_before_the_file_has_ended()
    {
        await using var scene = await CreateAsync();
        await scene.SubmitAsync("file", Rows(10), end: false);
        (await scene.StepAsync()).Should().BeFalse();
        (await scene.OrdersAsync()).Should().Be(0);
    }

    [Fact]
    public async Task An_empty_file_is_done_at_once()
    {
        await using var scene = await CreateAsync();
        foreach (var policy in BulkPolicies.Names)
            (await scene.DescribeAsync(await scene.SubmitAsync(policy, [], policy)))
                .Should()
                .StartWith("done: 0 received");
    }

    [Fact]
    public async Task G30_A_row_that_makes_its_transaction_fail_is_parked_with_the_cause_and_the_rest_is_accepted()
    {
        await using var scene = await CreateAsync();
        await scene.AsOwnerAsync(Poisoned);
        var job = await scene.SubmitAsync("file", [.. Rows(150), Row(151, quantity: "13"), .. Rows(149, from: 152)]);

        await scene.DrainAsync();

        (await scene.DescribeAsync(job))
            .Should()
            .Be("done: 300 received, 299 accepted, 0 replayed, 0 rejected, 1 parked");
        (
            await Sql.ScalarAsync<string>(
                scene.Db.Names.App,
                "select format('%s %s %s', row, attempts, cause) from bulk_rows where state = 'parked'"
            )
        )
            .Should()
            .Be("151 3 P0001: thirteen cups");
        (await scene.OrdersAsync()).Should().Be(299);
    }

    [Theory]
    [InlineData("""{"key":"\ud83d","lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""", "/key")]
    [InlineData("""{"lines":[{"sku":"\ud83d","quantity":1}],"payment":{"token":"tok_ok"}}""", "/lines/0")]
    [InlineData("""{"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"\ud83d"}}""", "")]
    [InlineData("""{"\ud83d":1,"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""", "")]
    [InlineData("""{"lines":[{"sku":"cup","quantity":1}],"Lines":[],"payment":{"token":"tok_ok"}}""", "")]
    [InlineData("""{"a\u0000":1,"A\u0000":2,"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""", "")]
    [InlineData("""{"a\u0000":1,"a\u0000":2,"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""", "")]
    public async Task An_unreadable_row_is_rejected_with_the_reason(string body, string field)
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", [Row(1), new(2, body)]);

        await scene.DrainAsync();

        (await scene.DescribeAsync(job)).Should().Be("done: 2 received, 1 accepted, 0 replayed, 1 rejected, 0 parked");
        (await Sql.ScalarAsync<string>(scene.Db.Names.App, "select errors->0->>'field' from bulk_rows where row = 2"))
            .Should()
            .StartWith(field);
    }

    [Fact]
    public async Task A_parked_row_is_accepted_when_it_is_retried_after_the_cause_was_mended()
    {
        await using var scene = await CreateAsync();
        await scene.AsOwnerAsync(Poisoned);
        var job = await scene.SubmitAsync("file", [Row(1), Row(2, quantity: "13")], BulkPolicies.RejectEverything);
        await scene.DrainAsync();
        (await scene.Store.RetryAsync(job, 1, CancellationToken.None)).Should().BeFalse("it is not parked");
        await scene.AsOwnerAsync("drop trigger poison on order_lines");

        (await scene.Store.RetryAsync(job, 2, CancellationToken.None)).Should().BeTrue();
        await scene.DrainAsync();

        (await scene.DescribeAsync(job)).Should().Be("done: 2 received, 2 accepted, 0 replayed, 0 rejected, 0 parked");
    }

    [Fact]
    public async Task After_the_response_to_a_pause_nothing_is_accepted_until_the_job_is_resumed()
    {
        await using var scene = await CreateAsync();
        var job = await scene.SubmitAsync("file", Rows(250));
        Task processing;
        await using (var rival = await Rival.BeginAsync(scene.Db.Names.App, "select from event_head for update"))
        {
            processing = Task.Run(scene.StepAsync);
            await rival.IsWaitedForAsync();
            await scene.Store.PauseAsync(job, paused: true, CancellationToken.None);
        }

        await processing;
        (await scene.StepAsync()).Should().BeFalse();
        (await scene.OrdersAsync()).Should().Be(0);

        await scene.Store.PauseAsync(job, paused: false, CancellationToken.None);
        await scene.DrainAsync();
        (await scene.OrdersAsync()).Should().Be(250);
    }

    [Theory]
    [InlineData("delete from bulk_jobs")]
    [InlineData("delete from bulk_rows")]
    [InlineData("update bulk_rows set body = ''")]
    [InlineData("update bulk_rows set row = 0")]
    public async Task The_services_role_cannot_change_uploaded_rows(string sql)
    {
        await using var scene = await CreateAsync();
        (await Sql.IsForbiddenAsync(scene.Db.Names.App, sql)).Should().BeTrue();
    }
}
