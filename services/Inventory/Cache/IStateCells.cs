namespace DaprShop.Inventory.Cache;

/// <summary>A value of the state store, and the ETag to write over it; both null where there is none.</summary>
internal sealed record StateCell(string Key, string? Value, string? ETag);

/// <summary>The state store, as far as the cache uses it.</summary>
internal interface IStateCells
{
    /// <summary>The cells of these keys.</summary>
    Task<IReadOnlyList<StateCell>> GetAsync(IReadOnlyList<string> keys, CancellationToken cancellationToken);

    /// <summary>Writes each value over the ETag that it names, or where nothing is; who was overtaken is not told, for he need not know.</summary>
    /// <param name="cells">Values, with the ETags that they may replace.</param>
    /// <param name="kept">Time to live.</param>
    /// <param name="cancellationToken">Gives up.</param>
    Task SaveAsync(IReadOnlyList<StateCell> cells, TimeSpan kept, CancellationToken cancellationToken);
}
