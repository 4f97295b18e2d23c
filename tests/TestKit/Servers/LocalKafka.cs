using System.Globalization;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit.Servers;

/// <summary>One Kafka node, by the script that lies beside the checkout where there is one.</summary>
internal sealed class LocalKafka() : LocalServer("kafka")
{
    public static string? Binary => Path.Combine(ShopFolder.Find().Root, "..", "shared", "kafka", "kafka") is var script && File.Exists(script) && Executable.Find("java") is not null
        ? script
        : SharedWithWorktrees;

    // A git worktree lies one folder deeper than the checkout.
    private static string? SharedWithWorktrees => Path.Combine(ShopFolder.Find().Root, "..", "..", "shared", "kafka", "kafka") is var script && File.Exists(script) && Executable.Find("java") is not null
        ? script
        : null;

    protected override ProcessSpec Spec => Program(Binary!, "server", Data, Port.ToString(CultureInfo.InvariantCulture));
}
