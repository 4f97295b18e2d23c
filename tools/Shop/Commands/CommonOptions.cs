using System.CommandLine;

namespace DaprShop.Shop.Commands;

/// <summary>Options that several commands share.</summary>
internal static class CommonOptions
{
    public const string JsonDescription = "Print one JSON object on standard output and nothing else.";

    public static Option<bool> Json() => new("--json") { Description = JsonDescription };

    public static Option<bool> Detach() =>
        new("--detach", "-d") { Description = "Return when everything is ready, and leave it running." };

    /// <summary>Marks the background process that a detached start has launched; not for people.</summary>
    public static Option<bool> Supervise() => new("--supervise") { Hidden = true };
}
