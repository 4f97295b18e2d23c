using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Postgres;

/// <summary>The folder of PostgreSQL's programs. Debian does not put them on PATH.</summary>
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

    /// <summary>The newest installed version; null where none is installed.</summary>
    public static PostgresBinaries? Installed() =>
        Executable.Find("initdb", Versions().Select(version => Path.Combine(version, "bin"))) is { } initdb
            ? new(Path.GetDirectoryName(initdb)!)
            : null;

    /// <exception cref="ShopException">PostgreSQL is not installed.</exception>
    public static PostgresBinaries Find() =>
        Installed()
        ?? throw new ShopException("PostgreSQL is not installed. Install it (Debian: apt-get install postgresql).");

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
