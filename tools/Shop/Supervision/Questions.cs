namespace DaprShop.Shop.Supervision;

/// <summary>Asks all apps at once.</summary>
internal sealed class Questions(IEnumerable<DaprApp> apps) : IDisposable
{
    private readonly List<SidecarQuestions> _each = [.. apps.Select(app => new SidecarQuestions(app))];

    /// <summary>Per app, in their order: null when ready, else what is missing.</summary>
    public async Task<IReadOnlyList<string?>> MissingAsync(CancellationToken cancel) =>
        await Task.WhenAll(_each.Select(app => app.MissingAsync(cancel)));

    public async Task<string?> FirstMissingAsync(CancellationToken cancel) =>
        (await MissingAsync(cancel)).FirstOrDefault(missing => missing is not null);

    public void Dispose() => _each.ForEach(app => app.Dispose());
}
