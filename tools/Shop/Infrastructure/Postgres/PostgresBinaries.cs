using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>Where PostgreSQL's programs are: the newest version installed (Debian keeps them off PATH).</summary>
internal sealed record PostgresBinaries(string Folder)
{
    private static readonly string[] Homes =
    [
        "/usr/lib/postgresql",
        "/opt/homebrew/opt",
        "/usr/local/opt",
        @"C:\Program Files\PostgreSQL",
    ];

    public string Initdb => Executable.Find("initdb", Folder)!;

    public string Server => Executable.Find("postgres", Folder)!;

    /// <summary>Null where none is installed.</summary>
    public static PostgresBinaries? Installed() =>
        Executable.Find("initdb", Versions().Select(version => Path.Combine(version, "bin"))) is { } initdb
            ? new(Path.GetDirectoryName(initdb)!)
            : null;

    public static PostgresBinaries Find() =>
        Installed() ?? throw new ShopException("No PostgreSQL is installed (Debian: apt-get install postgresql).");

    private static IEnumerable<string> Versions() =>
        Homes
            .Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Where(folder =>
                Executable.Find("initdb", Path.Combine(folder, "bin"))?.StartsWith(folder, StringComparison.Ordinal)
                == true
            )
            .OrderByDescending(folder =>
                int.TryParse(Path.GetFileName(folder).Split('@', '-').Last(), out var version) ? version : 0
            );
}
