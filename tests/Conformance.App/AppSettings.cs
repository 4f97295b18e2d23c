namespace DaprShop.Conformance.App;

/// <summary>What a test wants of the app, from environment variables.</summary>
/// <param name="RecordFile">Where it writes what it does.</param>
/// <param name="Subscriptions">Component and topic, <c>pubsub/name</c> each.</param>
/// <param name="Workflows">Whether it hosts the workflow and the actor.</param>
/// <param name="Database">Connection string of its database, for the event log.</param>
/// <param name="LogOf">The topic that its event log is relayed to.</param>
/// <param name="Projects">The topic whose events it projects.</param>
/// <param name="Without">Guards that are taken out, to see what they guard against.</param>
internal sealed record AppSettings(
    string RecordFile,
    IReadOnlyList<(string PubSub, string Topic)> Subscriptions,
    bool Workflows,
    string? Database,
    string? LogOf,
    string? Projects,
    IReadOnlyList<string> Without
)
{
    public static AppSettings Read(IConfiguration configuration) =>
        new(
            configuration["RECORD"] ?? throw new InvalidOperationException("RECORD is not set: the file to write to."),
            [
                .. (configuration["SUBSCRIPTIONS"] ?? "")
                    .Split(';', StringSplitOptions.RemoveEmptyEntries)
                    .Select(s => (s.Split('/')[0], s.Split('/')[1])),
            ],
            configuration["WORKFLOWS"] == "true",
            configuration["DATABASE"],
            configuration["LOG_OF"],
            configuration["PROJECTS"],
            (configuration["CONFORMANCE_WITHOUT"] ?? "").Split(',')
        );
}
