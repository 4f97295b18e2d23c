using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A value of the state store, and the ETag to write over it; both null where there is none.</summary>
internal sealed record StateEntry(string Key, string? Value, string? ETag);

/// <summary>The state store, as far as the cache uses it.</summary>
internal interface IStateStore
{
    /// <summary>The cells of these keys.</summary>
    Task<IReadOnlyList<StateEntry>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes each value over the ETag that it names, or where nothing is; who was overtaken is not told, for he need not know.</summary>
    /// <param name="cells">Values, with the ETags that they may replace.</param>
    /// <param name="kept">Time to live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task SaveAsync(IReadOnlyList<StateEntry> cells, TimeSpan kept, CancellationToken cancellationToken);
}
