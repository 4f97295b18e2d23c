namespace DaprShop.Shop.Supervision;

/// <summary>One app of <c>dapr.yaml</c>, with what is common to all merged in and every path absolute.</summary>
internal sealed record DaprApp(string Id, int Port, int HttpPort, int GrpcPort)
{
    /// <summary>The variable in <c>dapr.yaml</c> that says: this app runs workflows; without a connected worker it is not ready, or wedged.</summary>
    public const string RunsWorkflowsVariable = "SHOP_RUNS_WORKFLOWS";

    public required int InternalGrpcPort { get; init; }

    public required int MetricsPort { get; init; }

    public required string Folder { get; init; }

    public required IReadOnlyList<string> Command { get; init; }

    public required IReadOnlyDictionary<string, string> Environment { get; init; }

    public required IReadOnlyList<string> ResourcesPaths { get; init; }

    public required string ConfigFile { get; init; }

    public required string MaxBodySize { get; init; }

    public required string LogLevel { get; init; }

    public bool RunsWorkflows => Environment.GetValueOrDefault(RunsWorkflowsVariable) == "true";

    /// <summary>The built program: what the command runs.</summary>
    public string Program => Path.Combine(Folder, Command[^1]);

    public IEnumerable<(int Port, string Purpose)> Ports =>
        [
            (Port, $"{Id}, app"),
            (HttpPort, $"{Id}, sidecar HTTP"),
            (GrpcPort, $"{Id}, sidecar gRPC"),
            (InternalGrpcPort, $"{Id}, sidecar to sidecar"),
            (MetricsPort, $"{Id}, sidecar metrics"),
        ];
}
