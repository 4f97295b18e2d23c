using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

public sealed class StockTimelineTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 2, 12, 0, 0, TimeSpan.Zero);
    private readonly HttpClient _operator = fixture.Service.As(Identity.Operator);
    private readonly string _sku = $"{Guid.CreateVersion7()}";

    [Fact]
    public async Task A_stock_timeline_has_every_movement_newest_first_with_its_cause_and_the_quantities_after_it()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            Move("received", "delivery 1", "olga", "truck", Line(1, 10, 10, 0)),
            Move("allocated", "some-order", "saga", null, Line(2, 4, 10, 4))
        );

        var page = await ReadAsync("");

        page.Entries.Select(e =>
                (e.Sequence, e.Kind, e.Quantity, e.OnHand, e.Allocated, e.Available, e.Cause, e.Actor, e.Reason)
            )
            .Should()
            .Equal(
                (2, "allocated", 4, 10, 4, 6, "some-order", "saga", null),
                (1, "received", 10, 10, 0, 10, "delivery 1", "olga", "truck")
            );
        page.Entries.Should().OnlyContain(e => e.At == Noon);
    }

    [Fact]
    public async Task G12_Every_kind_of_movement_has_all_six_quantities()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            new[] { "received", "held", "expired", "withheld", "expected", "transferred", "shipped" }.Select(
                (kind, i) =>
                    Move(
                        kind,
                        "c",
                        "olga",
                        null,
                        Line(i + 1, 1, 10, 2) with
                        {
                            Available = 4,
                            Held = 3,
                            Unavailable = 1,
                            Incoming = 7,
                        }
                    )
            )
        );

        var page = await ReadAsync("");

        page.Entries.Select(e => e.Kind)
            .Should()
            .Equal("shipped", "transferred", "expected", "withheld", "expired", "held", "received");
        page.Entries.Select(e => (e.OnHand, e.Allocated, e.Available, e.Held, e.Unavailable, e.Incoming))
            .Distinct()
            .Should()
            .Equal((10, 2, 4, 3, 1, 7));
    }

    [Theory]
    [InlineData("")]
    [InlineData("&location=main")]
    public async Task Pages_joined_by_their_cursors_are_all_movements(string filter)
    {
        await fixture.PublishAsync(
            Topics.Stock,
            Enumerable.Range(1, 25).Select(i => Move("received", "d", "o", null, Line(i, 1, i, 0)))
        );

        var sequences = new List<long>();
        for (string? cursor = null, more = "yes"; more is not null; more = cursor)
        {
            var page = await ReadAsync($"?limit=10{filter}{(cursor is null ? "" : $"&cursor={cursor}")}");
            sequences.AddRange(page.Entries.Select(e => e.Sequence));
            cursor = page.Cursor;
        }

        sequences.Should().Equal(Enumerable.Range(1, 25).Reverse().Select(i => (long)i));
    }

    [Fact]
    public async Task SKUs_that_differ_only_by_case_are_distinct_and_so_are_locations()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            Move(
                "received",
                "d",
                "o",
                null,
                Line(1, 1, 1, 0),
                Line(1, 2, 2, 0) with
                {
                    Sku = _sku.ToUpperInvariant(),
                },
                Line(1, 3, 3, 0) with
                {
                    Location = "annex",
                }
            )
        );

        (await ReadAsync("")).Entries.Select(e => e.Quantity).Should().BeEquivalentTo([1, 3]);
        (await ReadAsync("?location=annex")).Entries.Select(e => e.Quantity).Should().Equal(3);
    }

    [Fact]
    public async Task A_page_of_thousands_of_movements_is_applied_within_three_seconds()
    {
        var page = fixture.Page(
            Topics.Stock,
            Enumerable
                .Range(0, 200)
                .Select(order =>
                    Move(
                        "allocated",
                        $"{Guid.CreateVersion7()}",
                        "saga",
                        null,
                        [
                            .. Enumerable
                                .Range(0, 27)
                                .Select(line => Line(order + 1, 1, 1_000, 1) with { Sku = $"{_sku}-{line}" }),
                        ]
                    )
                )
        );
        var watch = Stopwatch.StartNew();

        (await fixture.DeliverAsync(Topics.Stock, page)).Should().Be("SUCCESS");

        // 5,400 lines: generous for a busy machine, out of reach for one statement per line.
        watch.Elapsed.Should().BeLessThan(TimeSpan.FromSeconds(3));
        (
            await Sql.ScalarAsync<long>(
                fixture.Database.Auditor,
                $"select count(*) from stock_timeline where sku like '{_sku}-%'"
            )
        )
            .Should()
            .Be(5_400);
    }

    [Fact]
    public async Task A_page_has_at_most_five_hundred_movements_and_an_invalid_cursor_is_rejected()
    {
        await fixture.PublishAsync(
            Topics.Stock,
            Enumerable.Range(1, 501).Select(i => Move("received", "d", "o", null, Line(i, 1, i, 0)))
        );

        (await ReadAsync("?limit=1000")).Entries.Should().HaveCount(500);
        (await ReadAsync("?limit=-1")).Entries.Should().HaveCount(1);
        using var bad = await _operator.GetAsync(
            $"stock/{_sku}/timeline?cursor=nonsense",
            TestContext.Current.CancellationToken
        );
        bad.StatusCode.Should().Be(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Only_operators_may_read_it()
    {
        using var response = await fixture
            .Service.As(Identity.Customer)
            .GetAsync($"stock/{_sku}/timeline", TestContext.Current.CancellationToken);

        response.StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("update order_timeline set reason = 'x'")]
    [InlineData("delete from order_timeline")]
    [InlineData("update stock_timeline set quantity = 0")]
    [InlineData("delete from stock_timeline")]
    [InlineData("truncate stock_timeline")]
    [InlineData("update stock_operations set cause = 'x'")]
    [InlineData("delete from stock_operations")]
    [InlineData("update order_owners set customer = 'x'")]
    [InlineData("delete from order_owners")]
    [InlineData("delete from watermarks")]
    public async Task The_services_role_is_denied(string statement) =>
        (await Sql.IsForbiddenAsync(fixture.Database.App, statement)).Should().BeTrue();

    private static (string, DateTimeOffset, object) Move(
        string kind,
        string cause,
        string actor,
        string? reason,
        params IReadOnlyList<MovementLine> lines
    ) => (EventTypes.StockMoved, Noon, new StockMoved(kind, cause, actor, reason, lines));

    private MovementLine Line(long sequence, int quantity, long onHand, long allocated) =>
        new(_sku, "main", sequence, quantity, onHand, allocated, onHand - allocated);

    private async Task<Page> ReadAsync(string query) =>
        (await _operator.GetFromJsonAsync<Page>($"stock/{_sku}/timeline{query}"))!;

    private sealed record Page(List<Entry> Entries, string? Cursor);

    private sealed record Entry(
        string Location,
        long Sequence,
        string Kind,
        int Quantity,
        long OnHand,
        long Allocated,
        long Available,
        long Held,
        long Unavailable,
        long Incoming,
        string Cause,
        string Actor,
        string? Reason,
        DateTimeOffset At
    );
}
