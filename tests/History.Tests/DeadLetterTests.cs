using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

public sealed class DeadLetterTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    private readonly HttpClient _operator = fixture.Service.As(Identity.Operator);

    [Fact]
    public async Task A_poisoned_event_is_parked_and_can_be_replayed_once_its_cause_is_fixed()
    {
        var (poison, healthy) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await Sql.ScalarAsync<object>(
            fixture.Database.Owner,
            $"alter table order_timeline add constraint poisoned check (order_id <> '{poison}')"
        );
        var page = fixture.Page(Topics.Payments, Captured(poison), Captured(healthy));

        for (var attempt = 1; attempt < DeadLetters.MaxAttempts; attempt++)
            (await fixture.DeliverAsync(Topics.Payments, page)).Should().Be("RETRY");
        (await fixture.DeliverAsync(Topics.Payments, page)).Should().Be("SUCCESS");

        (await EntriesAsync(healthy)).Should().Be(1);
        var letter = (await ListAsync()).Single(l => l.Body.Contains($"{poison}"));
        letter.Cause.Should().Contain("poisoned").And.EndWith(".").And.NotContain("\n").And.NotContain("23514");
        letter.Details.Should().Contain("PostgresException").And.Contain("\n   at ", "developers need the stack trace");
        (await StatusAsync(HttpMethod.Post, $"{letter.Id}/replay"))
            .Should()
            .Be(HttpStatusCode.Conflict, "the cause persists");
        (await ListAsync()).Should().Contain(l => l.Id == letter.Id, "a replay that fails changes nothing");

        await Sql.ScalarAsync<object>(fixture.Database.Owner, "alter table order_timeline drop constraint poisoned");
        (await StatusAsync(HttpMethod.Post, $"{letter.Id}/replay")).Should().Be(HttpStatusCode.NoContent);

        (await EntriesAsync(poison)).Should().Be(1);
        (await StatusAsync(HttpMethod.Post, $"{letter.Id}/replay"))
            .Should()
            .Be(HttpStatusCode.NotFound, "it was replayed");
        (await ListAsync()).Should().NotContain(l => l.Id == letter.Id);
    }

    [Fact]
    public async Task An_unreadable_message_is_parked_and_acknowledged_and_can_be_discarded()
    {
        var mark = Guid.CreateVersion7().ToString();
        (await fixture.DeliverAsync(Topics.Orders, new { mark, events = 3 })).Should().Be("SUCCESS");
        await fixture
            .Service.CreateClient()
            .PostAsJsonAsync(
                $"subscriptions/{Topics.Orders}/dead",
                new { gaveUp = true, mark },
                TestContext.Current.CancellationToken
            );

        var letters = (await ListAsync()).Where(l => l.Body.Contains(mark)).ToList();

        (await _operator.GetFromJsonAsync<Letters>("ops/dead-letters?limit=-1", TestContext.Current.CancellationToken))!
            .Messages.Should()
            .ContainSingle();
        letters.Should().HaveCount(2).And.OnlyContain(l => l.Producer == Apps.Orders && l.Position == null);
        (await StatusAsync(HttpMethod.Delete, $"{letters[0].Id}")).Should().Be(HttpStatusCode.NoContent);
        (await StatusAsync(HttpMethod.Delete, $"{letters[0].Id}")).Should().Be(HttpStatusCode.NotFound);
        (await ListAsync()).Where(l => l.Body.Contains(mark)).Should().ContainSingle();
        (
            await fixture
                .Service.CreateClient()
                .GetFromJsonAsync<DeadLetterCount>("internal/dead-letters/count", TestContext.Current.CancellationToken)
        )!
            .Parked.Should()
            .Be((await ListAsync()).Count);
    }

    [Theory]
    [InlineData(
        "a CloudEvent in a CloudEvent",
        """{"data":{"specversion":"1.0","id":"x","data":{"producer":"payments"}}}"""
    )]
    [InlineData("no data", """{"id":"x"}""")]
    [InlineData("null as data", """{"data":null}""")]
    [InlineData("bytes", """{"data_base64":"AP8="}""")]
    [InlineData("null as the event", "null")]
    [InlineData("bytes as the event", "\"AP8=\"")]
    [InlineData("a page without events", """{"data":{"producer":"payments"}}""")]
    [InlineData("null among the events", """{"data":{"producer":"payments","events":[null]}}""")]
    [InlineData("an event without data", """{"data":{"producer":"payments","events":[{"position":1}]}}""")]
    [InlineData("a page of another producer", """{"data":{"producer":"orders","events":[]}}""")]
    [InlineData("deep nesting", """{"data":{"producer":"payments","deep":DEEP}}""")]
    [InlineData("half a character", """{"data":{"producer":"\ud800","events":[]}}""")]
    [InlineData("no UTF-8", """{"data":{"producer":"INVALID","events":[]}}""")]
    public async Task A_message_that_cannot_be_read_is_parked_at_once_and_its_neighbours_are_applied(
        string what,
        string message
    )
    {
        var (order, before) = (Guid.CreateVersion7(), (await ListAsync()).Count);
        var page = JsonSerializer.Serialize(fixture.Page(Topics.Payments, Captured(order)), JsonSerializerOptions.Web);
        var deep = string.Concat(Enumerable.Repeat("[", 200)) + string.Concat(Enumerable.Repeat("]", 200));
        var body = $$$"""
            {"id":"bulk","entries":[{"entryId":"1","event":{{{message.Replace("DEEP", deep)}}}},
            {"entryId":"2","event":{"data":{{{page}}} }}]}
            """;

        var statuses = await fixture.DeliverBytesAsync(
            $"subscriptions/{Topics.Payments}",
            [.. Encoding.Latin1.GetBytes(body.Replace("INVALID", "\u00ff\u00fe"))]
        );

        statuses.Should().Be("1=SUCCESS 2=SUCCESS", what);
        (await EntriesAsync(order)).Should().Be(1);
        var letters = await ListAsync();
        letters.Should().HaveCount(before + 1);
        letters[^1].Cause.Should().NotContain("System.").And.EndWith(".");
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("null", "null")]
    [InlineData("\u0000\u00ff no JSON", "\uFFFD\uFFFD no JSON")]
    [InlineData("""{"data_base64":7}""", """{"data_base64":7}""")]
    [InlineData("""{"data_base64":"eyJhIjoxfQ=="}""", """{"a":1}""")]
    public async Task A_dead_letter_is_parked_whatever_its_bytes_are(string body, string parked)
    {
        var before = (await ListAsync()).Count;

        await fixture.DeliverBytesAsync($"subscriptions/{Topics.Stock}/dead", Encoding.Latin1.GetBytes(body));

        var letters = await ListAsync();
        letters.Should().HaveCount(before + 1);
        letters[^1].Body.Should().Be(parked);
    }

    [Fact]
    public async Task A_delivery_with_members_that_this_release_does_not_know_is_received_and_not_refused_for_ever()
    {
        using var delivery = new StringContent(
            """{"id":"bulk","id":"twice","newMember":1,"topic":"orders","pubsubname":"pubsub","metadata":{},"entries":[]}""",
            System.Text.Encoding.UTF8,
            "application/json"
        );
        using var response = await fixture
            .Service.CreateClient()
            .PostAsync($"subscriptions/{Topics.Orders}", delivery, TestContext.Current.CancellationToken);
        response.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_operators_are_allowed()
    {
        using var customer = await fixture
            .Service.As(Identity.Customer)
            .GetAsync("ops/dead-letters", TestContext.Current.CancellationToken);
        using var replaying = await fixture
            .Service.As(Identity.Customer)
            .PostAsync($"ops/dead-letters/{Guid.CreateVersion7()}/replay", null, TestContext.Current.CancellationToken);

        (customer.StatusCode, replaying.StatusCode).Should().Be((HttpStatusCode.Forbidden, HttpStatusCode.Forbidden));
    }

    [Fact]
    public async Task The_service_subscribes_in_bulk_to_each_topic_and_to_its_dead_letters()
    {
        var subscriptions = await fixture
            .Service.CreateClient()
            .GetFromJsonAsync<JsonElement>("dapr/subscribe", TestContext.Current.CancellationToken);

        var byTopic = subscriptions.EnumerateArray().ToDictionary(s => s.GetProperty("topic").GetString()!);
        byTopic
            .Keys.Should()
            .BeEquivalentTo("orders", "stock", "payments", "orders-dead", "stock-dead", "payments-dead");
        foreach (var topic in new[] { Topics.Orders, Topics.Stock, Topics.Payments })
        {
            byTopic[topic].GetProperty("deadLetterTopic").GetString().Should().Be($"{topic}-dead");
            byTopic[topic].GetProperty("bulkSubscribe").GetProperty("enabled").GetBoolean().Should().BeTrue();
        }
    }

    private static (string, DateTimeOffset, object) Captured(Guid order) =>
        (EventTypes.PaymentRecorded, DateTimeOffset.UnixEpoch, new PaymentRecorded($"{order}", "captured", 1, null));

    private Task<long> EntriesAsync(Guid order) =>
        Sql.ScalarAsync<long>(
            fixture.Database.Auditor,
            $"select count(*) from order_timeline where order_id = '{order}'"
        );

    private async Task<List<Letter>> ListAsync() =>
        (await _operator.GetFromJsonAsync<Letters>("ops/dead-letters?limit=200"))!.Messages;

    private async Task<HttpStatusCode> StatusAsync(HttpMethod method, string path)
    {
        using var response = await _operator.SendAsync(new HttpRequestMessage(method, $"ops/dead-letters/{path}"));
        return response.StatusCode;
    }

    private sealed record Letters(List<Letter> Messages);

    private sealed record Letter(Guid Id, string Producer, long? Position, string Body, string Cause, string? Details);
}
