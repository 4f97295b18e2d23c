namespace DaprShop.Conformance.App;

/// <summary>The settings of the app, from environment variables.</summary>
/// <param name="RecordFile">The file of the record.</param>
/// <param name="Subscriptions">Component and topic, <c>pubsub/name</c> each.</param>
/// <param name="Workflows">True: the app hosts the workflow and the actor.</param>
/// <param name="Database">The connection string of the event log database.</param>
/// <param name="LogOf">The topic of the relayed event log.</param>
/// <param name="Projects">The topic of the projected events.</param>
/// <param name="Without">Removed guards, to see the row fail.</param>
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
            configuration["RECORD"]
                ?? throw new InvalidOperationException("RECORD is not set; it must name the file to write to."),
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
