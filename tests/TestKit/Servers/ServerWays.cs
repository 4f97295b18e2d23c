using System.Collections.Concurrent;
using DaprShop.Shop;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Servers;

namespace DaprShop.TestKit.Servers;

/// <summary>Chooses the first way that can be gone, and says once for each product which.</summary>
internal static class ServerWays
{
    private static readonly ConcurrentDictionary<string, bool> Said = new();

    static ServerWays()
    {
        // Tests run beside a shop and beside each other: the usual ports are not theirs.
        FreePort.UseRandomPorts = true;
        var root = ShopFolder.Find().Root;
        // A server's folder is nowhere near the checkout, beside which Kafka may lie; a git worktree lies one folder
        // deeper.
        string[] places =
        [
            Path.Combine(root, "..", "shared", "kafka"),
            Path.Combine(root, "..", "..", "shared", "kafka"),
        ];
        if (
            Environment.GetEnvironmentVariable("KAFKA_HOME") is null
            && places.FirstOrDefault(Directory.Exists) is { } home
        )
            Environment.SetEnvironmentVariable("KAFKA_HOME", Path.GetFullPath(home));
    }

    /// <summary>Answers the way, or what is in the way of each.</summary>
    public static async Task<(IServerProvider? Way, string Obstacles)> ChooseAsync(ServerKind kind, ShopFolder shop)
    {
        var obstacles = new List<string>();
        foreach (var way in kind.Providers(shop))
        {
            if (await way.UnavailableReasonAsync(CancellationToken.None) is not { } obstacle)
            {
                if (Said.TryAdd(kind.Name, true))
                    Console.WriteLine(
                        $"{kind.Name}: {way.Name}{(obstacles.Count == 0 ? "" : $" ({string.Join("; ", obstacles)})")}"
                    );
                return (way, "");
            }

            obstacles.Add(obstacle);
        }

        return (null, string.Join("; ", obstacles));
    }
}
