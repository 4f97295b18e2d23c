namespace DaprShop.Shop.Topology;

/// <summary>One app of <c>dapr.yaml</c>, with the common settings merged in and every path absolute.</summary>
internal sealed record DaprApp(string Id, int Port, int HttpPort, int GrpcPort)
{
    /// <summary>
    /// The variable in <c>dapr.yaml</c> that marks an app that runs workflows. Such an app is not ready, or is wedged,
    /// while no workflow worker is connected to its sidecar.
    /// </summary>
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

    /// <summary>The built program that the command runs.</summary>
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
