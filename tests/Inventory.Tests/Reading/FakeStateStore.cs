using System.Collections.Concurrent;
using Dapr;
using DaprShop.Inventory.Reading;

namespace DaprShop.Inventory.Tests.Reading;

/// <summary>A state store with ETags that can be poisoned, flushed, silent, or away.</summary>
internal sealed class FakeStateStore : IStateStore
{
    private readonly ConcurrentDictionary<string, (string Value, int Version)> _cells = new();

    /// <summary>Runs before each call: a delay or a failure.</summary>
    public Func<CancellationToken, Task> BeforeEachCall { get; set; } = _ => Task.CompletedTask;

    public int Asked { get; private set; }

    public static Task AwayAsync(CancellationToken cancellationToken) => throw new DaprException("Nobody is there.");

    public static Task SilentAsync(CancellationToken cancellationToken) =>
        Task.Delay(Timeout.Infinite, cancellationToken);

    public string? this[string sku] => _cells.TryGetValue("stock/" + sku, out var cell) ? cell.Value : null;

    /// <summary>Somebody writes what he should not.</summary>
    public void Poison(string sku, string value) =>
        _cells.AddOrUpdate("stock/" + sku, _ => (value, 1), (_, old) => (value, old.Version + 1));

    public void Flush() => _cells.Clear();

    public async Task<IReadOnlyList<StateEntry>> GetAsync(
        IReadOnlyList<string> keys,
        CancellationToken cancellationToken
    )
    {
        Asked++;
        await BeforeEachCall(cancellationToken);
        return
        [
            .. keys.Select(key =>
                _cells.TryGetValue(key, out var cell)
                    ? new StateEntry(key, cell.Value, cell.Version.ToString(null, null))
                    : new StateEntry(key, null, null)
            ),
        ];
    }

    public async Task SaveAsync(IReadOnlyList<StateEntry> cells, TimeSpan kept, CancellationToken cancellationToken)
    {
        await BeforeEachCall(cancellationToken);
        foreach (var cell in cells)
        {
            if (cell.ETag is null)
                _cells.TryAdd(cell.Key, (cell.Value!, 1));
            else if (_cells.TryGetValue(cell.Key, out var now) && now.Version.ToString(null, null) == cell.ETag)
                _cells.TryUpdate(cell.Key, (cell.Value!, now.Version + 1), now);
        }
    }
}
