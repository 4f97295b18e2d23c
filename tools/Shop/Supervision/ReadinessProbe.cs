using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Supervision;

/// <summary>Checks all apps concurrently.</summary>
internal sealed class ReadinessProbe(IReadOnlyList<DaprApp> apps) : IDisposable
{
    // In a ring: each sidecar invokes, and each is invoked.
    private readonly List<AppProbe> _probes =
    [
        .. apps.Select((app, i) => new AppProbe(app, apps[(i + 1) % apps.Count])),
    ];

    /// <summary>Per app, in their order: null when it is ready, else the problem.</summary>
    public async Task<IReadOnlyList<string?>> ProblemsAsync(CancellationToken cancel) =>
        await Task.WhenAll(_probes.Select(probe => probe.ProblemAsync(cancel)));

    /// <summary>The problem of the first app that is not ready; null when all are ready.</summary>
    public async Task<string?> FirstProblemAsync(CancellationToken cancel) =>
        (await ProblemsAsync(cancel)).FirstOrDefault(problem => problem is not null);

    public void Dispose() => _probes.ForEach(probe => probe.Dispose());
}
