using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A value of the state store, and the ETag to write over it; both null where there is none.</summary>
internal sealed record StateEntry(string Key, string? Value, string? ETag);

/// <summary>The operations of the state store that the cache uses.</summary>
internal interface IStateStore
{
    /// <summary>The entries of these keys.</summary>
    Task<IReadOnlyList<StateEntry>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes each value if its ETag still matches, or if there is no value. A conflict is ignored.</summary>
    /// <param name="entries">Values, with the ETags that they may replace.</param>
    /// <param name="kept">Time to live.</param>
    /// <param name="cancellationToken">Cancels the call.</param>
    Task SaveAsync(IReadOnlyList<StateEntry> entries, TimeSpan kept, CancellationToken cancellationToken);
}
