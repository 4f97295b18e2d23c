using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace DaprShop.Messaging.Tests;

/// <summary>An intake over a producer whose log is a list, and a projection that writes down what it applies.</summary>
internal sealed class Intake : IProjection, IHttpClientFactory, IDisposable
{
    private readonly EventIntake _intake;

    public Intake(MessagingDatabase database, NpgsqlDataSource? source = null) =>
        _intake = new EventIntake(
            this,
            source ?? database.Source,
            new EventSource(this),
            new DeadLetters(TimeProvider.System),
            NullLogger<EventIntake>.Instance
        );

    public EventIntake Itself => _intake;

    public string Topic => Topics.Payments;

    /// <summary>The producer's log; null while it is away.</summary>
    public List<LoggedEvent>? Log { get; set; } = [];

    /// <summary>How often the producer was asked.</summary>
    public int Fetches { get; private set; }

    /// <summary>Runs after the effects of a stretch, before its commit.</summary>
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

    public Task TakeAsync(params IEnumerable<EventPage> pages) => _intake.TakeAsync(pages, CancellationToken.None);

    public Task<int> CatchUpAsync() => _intake.CatchUpAsync(CancellationToken.None);

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

    public void Dispose() => _intake.Dispose();

    private sealed class Producer(Intake intake) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            intake.Fetches++;
            if (intake.Log is null)
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
                        Page(intake.Log.Where(e => e.Position > after).Take(7)),
                        options: JsonSerializerOptions.Web
                    ),
                }
            );
        }
    }
}
