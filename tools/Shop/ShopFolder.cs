using System.Security.Cryptography;
using System.Text;

namespace DaprShop.Shop;

/// <summary>The repository's root folder, and the files of a running shop in <c>.shop</c>.</summary>
internal sealed record ShopFolder(string Root)
{
    public string Data => Path.Combine(Root, ".shop");

    public string Logs => Path.Combine(Data, "logs");

    /// <summary>The secrets that services read through the Dapr secret store <c>secrets</c>.</summary>
    public string Secrets => Path.Combine(Data, "secrets.json");

    /// <summary>Connection strings of the databases' owners and of the auditor; no service reads this file.</summary>
    public string Owner => Path.Combine(Data, "owner.json");

    /// <summary>The running processes with their ids: <c>down</c> uses it when the supervisor was killed.</summary>
    public string State => Path.Combine(Data, "state.json");

    /// <summary>
    /// Locked by the process that starts or supervises the shop, so that two starts do not interfere.
    /// </summary>
    public string Lock => Path.Combine(Data, "lock");

    /// <summary>
    /// Locked by a start from its first look at the shop until the shop is ready, so that a second start waits.
    /// </summary>
    public string Starting => Path.Combine(Data, "starting");

    /// <summary>
    /// Identifies this folder's shop where names are shared by the whole machine, as those of containers are.
    /// </summary>
    public string Id => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(Root)))[..12];

    public string LogOf(string name) => Path.Combine(Logs, name + ".log");

    /// <summary>The folder above the built tool that contains the solution.</summary>
    /// <exception cref="ShopException">
    /// The tool was not built in a clone of the repository, or another user has started the clone's shop.
    /// </exception>
    public static ShopFolder Find()
    {
        for (var at = new DirectoryInfo(AppContext.BaseDirectory); at is not null; at = at.Parent)
            if (File.Exists(Path.Combine(at.FullName, "DaprShop.sln")))
            {
                var shop = new ShopFolder(at.FullName);
                ShopOwner.Check(shop);
                return shop;
            }

        throw new ShopException(
            $"There is no DaprShop.sln in a folder above {AppContext.BaseDirectory}. Run ./shop in a clone of the "
                + "repository."
        );
    }

    /// <summary>Returns this folder if its shop was started and not stopped since.</summary>
    /// <exception cref="ShopException">The shop is down.</exception>
    public ShopFolder EnsureStarted() =>
        File.Exists(State) ? this : throw new ShopException("The shop is down. `./shop up --detach` starts it.");

    /// <summary>Creates the folders that do not exist yet.</summary>
    public void Create()
    {
        Directory.CreateDirectory(Data);
        Directory.CreateDirectory(Logs);
    }
}
