using System.Globalization;
using DaprShop.Conformance.Reporting;
using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

/// <summary>A row of the table: opens the stage of a column, and reports the result.</summary>
public abstract class Row(Servers servers) : IAsyncLifetime
{
    private readonly List<string> _observations = [];
    private Column? _column;

    /// <summary>A topic used by this test only.</summary>
    protected string Topic { get; } = $"topic-{Guid.CreateVersion7():N}";

    /// <inheritdoc />
    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <inheritdoc />
    public virtual ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (_column is not null)
            Matrix.Add(_column, TestContext.Current, _observations);
        return ValueTask.CompletedTask;
    }

    private protected Task<Stage> OpenAsync(Column column, params NodeSpec[] specs) =>
        OpenAsync(column, ownBroker: false, specs);

    private protected async Task<Stage> OpenAsync(Column column, bool ownBroker, params NodeSpec[] specs)
    {
        _column = column;
        await Requirements.RequireAsync(column);
        return column.IsEmbedded
            ? await EmbeddedStage.OpenAsync(specs)
            : await DaprStage.OpenAsync(column, servers, ownBroker, specs);
    }

    /// <summary>Records a measurement of this column for the table.</summary>
    protected void Observe(string what, double value) =>
        _observations.Add(string.Create(CultureInfo.InvariantCulture, $"{what} {value:0.#}"));

    private protected static double SecondsSince(long started) =>
        TimeProvider.System.GetElapsedTime(started).TotalSeconds;
}
