using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>Where PostgreSQL's programs are: the newest version installed (Debian keeps them off PATH).</summary>
internal sealed record PostgresBinaries(string Folder)
{
    private static readonly string[] Homes = ["/usr/lib/postgresql", "/opt/homebrew/opt", "/usr/local/opt", @"C:\Program Files\PostgreSQL"];

    public string Initdb => Executable.Find("initdb", Folder)!;

    public string Server => Executable.Find("postgres", Folder)!;

    public static PostgresBinaries Find()
    {
        var initdb = Executable.Find("initdb", Versions().Select(version => Path.Combine(version, "bin")));
        return initdb is not null
            ? new(Path.GetDirectoryName(initdb)!)
            : throw new ShopException("No PostgreSQL found. Install it (Debian: apt-get install postgresql), or set SHOP_POSTGRES to an administrator's connection string, "
                + "for example of `docker compose up -d postgres`: SHOP_POSTGRES='Host=127.0.0.1;Username=postgres;Password=shop'.");
    }

    private static IEnumerable<string> Versions() =>
        Homes.Where(Directory.Exists)
            .SelectMany(Directory.EnumerateDirectories)
            .Where(folder => Executable.Find("initdb", Path.Combine(folder, "bin"))?.StartsWith(folder, StringComparison.Ordinal) == true)
            .OrderByDescending(folder => int.TryParse(Path.GetFileName(folder).Split('@', '-').Last(), out var version) ? version : 0);
}
