using System.Globalization;
using System.Runtime.InteropServices;

namespace DaprShop.Shop.Infrastructure;

/// <summary>The account that PostgreSQL runs as when the shop is started by root, which PostgreSQL refuses to run as.</summary>
internal sealed partial record UnprivilegedUser(string Name, int Uid, int Gid)
{
    private static readonly string[] Preferred = ["postgres", "nobody"];

    /// <summary>Null where nobody has to be stood in for: the shop was not started by root.</summary>
    public static UnprivilegedUser? WhereNeeded()
    {
        if (OperatingSystem.IsWindows() || !Environment.IsPrivilegedProcess)
            return null;
        var accounts = File.ReadLines("/etc/passwd")
            .Select(line => line.Split(':'))
            .Where(fields => fields.Length > 3)
            .ToList();
        var account = Preferred
            .Select(name => accounts.Find(fields => fields[0] == name))
            .FirstOrDefault(found => found is not null)
            ?? throw new ShopException(
                "PostgreSQL does not run as root, and there is neither a user 'postgres' nor 'nobody'. Start the shop as an ordinary user."
            );
        return new(
            account[0],
            int.Parse(account[2], CultureInfo.InvariantCulture),
            int.Parse(account[3], CultureInfo.InvariantCulture)
        );
    }

    /// <summary>Whether every folder above <paramref name="path"/> lets everybody pass (a clone below /root, say, does not).</summary>
    public static bool CanReach(string path)
    {
        if (OperatingSystem.IsWindows())
            return true;
        for (var at = new DirectoryInfo(path).Parent; at is not null; at = at.Parent)
            if (at.Exists && !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }

    public void TakeOver(string path)
    {
        if (ChangeOwner(path, Uid, Gid) != 0)
            throw new ShopException($"{path} cannot be given to user {Name}: {Marshal.GetLastPInvokeErrorMessage()}.");
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int uid, int gid);
}
