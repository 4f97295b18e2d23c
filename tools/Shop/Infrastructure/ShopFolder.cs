using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Shop.Infrastructure;

/// <summary>Where the shop lives: the repository's root and the files that a running shop keeps in <c>.shop</c>.</summary>
internal sealed record ShopFolder(string Root)
{
    public string Data => Path.Combine(Root, ".shop");

    public string Logs => Path.Combine(Data, "logs");

    /// <summary>What services read through the Dapr secret store <c>secrets</c>.</summary>
    public string Secrets => Path.Combine(Data, "secrets.json");

    /// <summary>Connection strings of the owners of the databases and of the auditor; no service reads it.</summary>
    public string Owner => Path.Combine(Data, "owner.json");

    /// <summary>What runs, with process ids: all that <c>down</c> needs when the supervisor itself is gone.</summary>
    public string State => Path.Combine(Data, "state.json");

    /// <summary>Held by whoever starts or holds the shop of this folder, so that two starts at once do not mix.</summary>
    public string Lock => Path.Combine(Data, "lock");

    /// <summary>Tells what belongs to this folder's shop from what belongs to another's, where names are shared by the whole machine.</summary>
    public string Mark => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..12];

    public string LogOf(string name) => Path.Combine(Logs, name + ".log");

    /// <summary>The folder above the built tool that holds the solution.</summary>
    public static ShopFolder Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "DaprShop.sln")))
                return new ShopFolder(at.FullName);
        throw new ShopException(
            $"No DaprShop.sln above {AppContext.BaseDirectory}. Run ./shop of a clone of the repository."
        );
    }

    /// <summary>The same, where something of its shop was started and not ended since.</summary>
    /// <exception cref="ShopException">The shop is down.</exception>
    public ShopFolder WithShop() =>
        File.Exists(State) ? this : throw new ShopException("The shop is down. `./shop up --detach` starts it.");

    public void Create()
    {
        Directory.CreateDirectory(Data);
        Directory.CreateDirectory(Logs);
    }
}
