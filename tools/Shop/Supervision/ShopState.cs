using System.Text.Json;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Supervision;

/// <summary>The running processes, as the supervisor last wrote them to <c>.shop/state.json</c>.</summary>
internal sealed record ShopState
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required ProcessIdentity Supervisor { get; init; }

    /// <summary>dapr or embedded; null when only the infrastructure was started.</summary>
    public string? Runtime { get; init; }

    public string? RuntimeReason { get; init; }

    public required string Broker { get; init; }

    public required string Store { get; init; }

    /// <summary>The present activity of the supervisor.</summary>
    public required string Phase { get; init; }

    /// <summary>True once everything was ready. Whether it still is, <c>status</c> checks.</summary>
    public bool Started { get; init; }

    /// <summary>The reason why the start failed.</summary>
    public string? Problem { get; init; }

    /// <summary>
    /// Addresses of external servers that the shop uses: PostgreSQL, a broker, a store, placement or scheduler.
    /// </summary>
    public IReadOnlyDictionary<string, string> External { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<UnitState> Units { get; init; } = [];

    public static ShopState? Load(ShopFolder shop)
    {
        try
        {
            return JsonSerializer.Deserialize<ShopState>(File.ReadAllText(shop.State), Format);
        }
        catch (Exception unreadable) when (unreadable is IOException or JsonException)
        {
            return null;
        }
    }

    public void Save(ShopFolder shop) => PrivateFile.Write(shop.State, JsonSerializer.Serialize(this, Format));
}

/// <summary>A unit and its running processes.</summary>
internal sealed record UnitState(string Name, UnitKind Kind, int Restarts, IReadOnlyList<ProcessState> Processes);

/// <summary>One process, with the signal that asks it to stop.</summary>
internal sealed record ProcessState(
    string Name,
    ProcessIdentity Identity,
    int? Port,
    ProcessSignal StopSignal,
    string LogFile
);
