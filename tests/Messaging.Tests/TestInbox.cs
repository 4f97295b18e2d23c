using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DaprShop.Messaging.Tests;

/// <summary>An inbox whose producer's log is a list, with a projection that records the events it applies.</summary>
internal sealed class TestInbox : IProjection, IHttpClientFactory, IDisposable
{
    private readonly Inbox _inbox;

    public TestInbox(MessagingDatabase database, NpgsqlDataSource? source = null) =>
        _inbox = new Inbox(
            this,
            source ?? database.Source,
            new EventSource(new ServiceInvoker(this, NoFailpoints.Instance)),
            new DeadLetters(TimeProvider.System),
            NullLogger<Inbox>.Instance
        );

    public Inbox Itself => _inbox;

    public string Topic => Topics.Payments;

    /// <summary>The producer's log; null while it is unavailable.</summary>
    public List<LoggedEvent>? Log { get; set; } = [];

    /// <summary>Number of requests to the producer.</summary>
    public int Fetches { get; private set; }

    /// <summary>Runs after the effects of a range, before its commit.</summary>
    public Func<NpgsqlConnection, IReadOnlyList<LoggedEvent>, Task> BeforeCommit { get; set; } =
        (_, _) => Task.CompletedTask;

    public static List<LoggedEvent> Events(int count) =>
        [
            .. Enumerable
                .Range(1, count)
                .Select(i => new LoggedEvent(
                    i,
                    Guid.CreateVersion7(),
                    "test",
                    "s",
                    i,
                    TimeProvider.System.GetUtcNow(),
                    null,
                    JsonElement.Parse("{}")
                )),
        ];

    public static EventPage Page(params IEnumerable<LoggedEvent> events) => new(Apps.Payments, [.. events]);

    public Task ApplyPagesAsync(params IEnumerable<EventPage> pages) =>
        _inbox.ApplyAsync(pages, CancellationToken.None);

    public Task<int> ReconcileAsync() => _inbox.ReconcileAsync(CancellationToken.None);

    public async Task ApplyAsync(
        NpgsqlConnection connection,
        IReadOnlyList<LoggedEvent> events,
        CancellationToken cancellationToken
    )
    {
        await using var insert = new NpgsqlCommand(
            "insert into effects (position) select unnest($1::bigint[])",
            connection
        )
        {
            Parameters = { new() { Value = events.Select(e => e.Position).ToArray() } },
        };
        await insert.ExecuteNonQueryAsync(cancellationToken);
        await BeforeCommit(connection, events);
    }

    public HttpClient CreateClient(string name) => new(new Producer(this)) { BaseAddress = new Uri($"http://{name}/") };

    public void Dispose() => _inbox.Dispose();

    private sealed class Producer(TestInbox inbox) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            inbox.Fetches++;
            if (inbox.Log is null)
                throw new HttpRequestException("The producer is away.");
            var after = long.Parse(
                System.Web.HttpUtility.ParseQueryString(request.RequestUri!.Query)["after"]!,
                System.Globalization.CultureInfo.InvariantCulture
            );
            return Task.FromResult(
                new HttpResponseMessage(HttpStatusCode.OK)
                {
                    // A few at a time, so that catching up takes several requests.
                    Content = JsonContent.Create(
                        Page(inbox.Log.Where(e => e.Position > after).Take(7)),
                        options: JsonSerializerOptions.Web
                    ),
                }
            );
        }
    }
}
