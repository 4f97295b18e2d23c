using System.Text.Json;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>What runs, as the supervisor last wrote it to <c>.shop/state.json</c>.</summary>
internal sealed record ShopState
{
    private static readonly JsonSerializerOptions Format = new(JsonSerializerDefaults.Web) { WriteIndented = true };

    public required ProcessIdentity Supervisor { get; init; }

    /// <summary>dapr or embedded; null when only the infrastructure was asked for.</summary>
    public string? Runtime { get; init; }

    public string? RuntimeReason { get; init; }

    public required string Broker { get; init; }

    public required string Store { get; init; }

    /// <summary>What the supervisor is doing right now.</summary>
    public required string Phase { get; init; }

    /// <summary>Everything was up once; whether it is now, `status` asks.</summary>
    public bool Started { get; init; }

    /// <summary>Why starting failed.</summary>
    public string? Problem { get; init; }

    /// <summary>Servers of others that the shop uses: PostgreSQL, Redis, placement or scheduler by their addresses.</summary>
    public IReadOnlyDictionary<string, string> External { get; init; } = new Dictionary<string, string>();

    public IReadOnlyList<UnitState> Units { get; init; } = [];

    public static ShopState? Load(ShopFolder shop)
    {
        try
        {
            return JsonSerializer.Deserialize<ShopState>(File.ReadAllText(shop.State), Format);
        }
        catch (Exception none) when (none is IOException or JsonException)
        {
            return null;
        }
    }

    public void Save(ShopFolder shop) => SecretFile.Write(shop.State, JsonSerializer.Serialize(this, Format));
}

/// <summary>A unit's processes.</summary>
internal sealed record UnitState(string Name, UnitKind Kind, int Restarts, IReadOnlyList<ProcessState> Processes);

/// <summary>One process, with the signal that ends it politely.</summary>
internal sealed record ProcessState(
    string Name,
    ProcessIdentity Identity,
    int? Port,
    Signal StopSignal,
    string LogFile
);
