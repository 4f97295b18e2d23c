using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.History.Tests;

/// <summary>Who may read an order's explanation, and what it contains while a service is unavailable.</summary>
public sealed class ExplainTests(HistoryFixture fixture)
    : IClassFixture<HistoryFixture>,
        IAsyncDisposable,
        IHttpClientFactory
{
    private static readonly OutboxState Published = new(5, 5, 0);
    private readonly Guid _order = Guid.CreateVersion7();
    private readonly FakeTimeProvider _time = new();
    private readonly Dictionary<string, Func<CancellationToken, Task<HttpResponseMessage>>> _answers = new()
    {
        [Apps.Orders] = _ =>
            Json(
                new OrderState(
                    "ann",
                    "confirmed",
                    4,
                    null,
                    null,
                    null,
                    null,
                    null,
                    DateTimeOffset.UnixEpoch,
                    1,
                    null,
                    null,
                    false,
                    DateTimeOffset.UnixEpoch,
                    4,
                    null,
                    [],
                    Published
                )
            ),
        [Apps.Inventory] = _ => Json(new OrderClaims("allocated", [], [], Published)),
        [Apps.Payments] = _ => Json(new OrderPayment("captured", 0, null, Published)),
    };

    private int _calls;
    private ServiceHost<Program>? _history;

    private ServiceHost<Program> History =>
        _history ??= new(fixture.Database.App, services =>
            services.AddSingleton<IHttpClientFactory>(this).AddSingleton<TimeProvider>(_time)
        );

    public ValueTask DisposeAsync() => _history?.DisposeAsync() ?? ValueTask.CompletedTask;

    public HttpClient CreateClient(string name) =>
        new(new Service(this, name)) { BaseAddress = new Uri($"http://{name}/") };

    [Fact]
    public async Task N8_Orders_names_the_customer_of_an_order_that_history_does_not_know_yet()
    {
        using var own = await ExplainAsync("ann");
        (await CodesAsync(own))[0].Should().Be("finished");
        (await ExplainAsync("mallory")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        (await ExplainAsync("olga", Identity.Operator)).StatusCode.Should().Be(HttpStatusCode.OK);
        (await ExplainAsync("ann", "guest")).StatusCode.Should().Be(HttpStatusCode.Forbidden);
    }

    [Fact]
    public async Task N8_No_service_is_called_for_an_order_that_history_knows_to_be_another_customers()
    {
        await fixture.PublishAsync(
            Topics.Orders,
            (EventTypes.OrderAccepted, DateTimeOffset.UnixEpoch, new OrderAccepted(_order, 7, "ann", 12.5m, 4, 2))
        );
        (await ExplainAsync("mallory")).StatusCode.Should().Be(HttpStatusCode.NotFound);
        _calls.Should().Be(0);
        (await ExplainAsync("ann")).StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task N8_An_order_that_Orders_does_not_know_is_not_found()
    {
        _answers[Apps.Orders] = _ => Task.FromResult(new HttpResponseMessage(HttpStatusCode.NotFound));
        (await ExplainAsync("ann")).StatusCode.Should().Be(HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("an error")]
    [InlineData("not JSON")]
    [InlineData("connection refused")]
    public async Task N8_An_unavailable_service_is_a_finding_and_not_a_failure(string failure)
    {
        _answers[Apps.Payments] = _ =>
            failure switch
            {
                "an error" => Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.InternalServerError)
                    {
                        Content = JsonContent.Create(new { type = "urn:daprshop:problem:internal", status = 500 }),
                    }
                ),
                "not JSON" => Task.FromResult(
                    new HttpResponseMessage(HttpStatusCode.OK) { Content = new StringContent("<html>") }
                ),
                _ => throw new HttpRequestException("refused"),
            };
        using var answer = await ExplainAsync("ann");
        (await CodesAsync(answer)).Should().Contain("service-unavailable");
    }

    [Fact]
    public async Task N8_A_service_that_does_not_answer_within_two_seconds_is_unavailable()
    {
        _answers[Apps.Inventory] = async token =>
        {
            await Task.Delay(Timeout.Infinite, token);
            return null!;
        };
        var explaining = ExplainAsync("ann");
        await Wait.UntilAsync(
            () =>
            {
                if (_calls == 3)
                    _time.Advance(TimeSpan.FromSeconds(2));
                return Task.FromResult(explaining.IsCompleted);
            },
            "the explanation arrives"
        );
        (await CodesAsync(await explaining)).Should().Contain("service-unavailable");
    }

    [Fact]
    public async Task N8_Parked_events_of_an_order_are_found_by_its_id()
    {
        await fixture.DeliverAsync(Topics.Payments, new { order = _order, events = 3 });
        await fixture.DeliverAsync(Topics.Payments, new { order = Guid.CreateVersion7(), events = 3 });
        using var answer = await ExplainAsync("ann");
        (await CodesAsync(answer)).Where(c => c == "event-parked").Should().ContainSingle();
    }

    private Task<HttpResponseMessage> ExplainAsync(string name, string role = Identity.Customer) =>
        History.As(role, name).GetAsync($"orders/{_order}/why", TestContext.Current.CancellationToken);

    private static async Task<List<string?>> CodesAsync(HttpResponseMessage answer) =>
        [
            .. (await answer.Content.ReadFromJsonAsync<JsonElement>())
                .GetProperty("findings")
                .EnumerateArray()
                .Select(f => f.GetProperty("code").GetString()),
        ];

    private static Task<HttpResponseMessage> Json<T>(T answer) =>
        Task.FromResult(
            new HttpResponseMessage(HttpStatusCode.OK)
            {
                Content = JsonContent.Create(answer, options: JsonSerializerOptions.Web),
            }
        );

    private sealed class Service(ExplainTests shop, string name) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            if (
                !request.RequestUri!.AbsolutePath.StartsWith(
                    $"/internal/orders/{shop._order}/",
                    StringComparison.Ordinal
                )
            )
                throw new HttpRequestException("this test serves no event logs");
            Interlocked.Increment(ref shop._calls);
            return shop._answers[name](cancellationToken);
        }
    }
}
