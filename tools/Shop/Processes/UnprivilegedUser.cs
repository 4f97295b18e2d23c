using System.Globalization;
using System.Runtime.InteropServices;

namespace DaprShop.Shop.Processes;

/// <summary>The account that runs PostgreSQL when root starts the shop: PostgreSQL refuses to run as root.</summary>
internal sealed partial record UnprivilegedUser(string Name, int Uid, int Gid)
{
    private static readonly string[] Preferred = ["postgres", "nobody"];

    /// <summary>Null where no other account is needed, because root did not start the shop.</summary>
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
                "PostgreSQL does not run as root, and this machine has neither a user 'postgres' nor 'nobody'. "
                    + "Start the shop as an ordinary user."
            );
        return new(
            account[0],
            int.Parse(account[2], CultureInfo.InvariantCulture),
            int.Parse(account[3], CultureInfo.InvariantCulture)
        );
    }

    /// <summary>
    /// Whether every folder above <paramref name="path"/> may be entered by every user. A clone below /root may not.
    /// </summary>
    public static bool CanReach(string path)
    {
        if (OperatingSystem.IsWindows())
            return true;
        for (var at = new DirectoryInfo(path).Parent; at is not null; at = at.Parent)
            if (at.Exists && !at.UnixFileMode.HasFlag(UnixFileMode.OtherExecute))
                return false;
        return true;
    }

    /// <summary>Makes this account the owner of a file or folder.</summary>
    /// <exception cref="ShopException">The owner cannot be changed.</exception>
    public void TakeOwnership(string path)
    {
        if (ChangeOwner(path, Uid, Gid) != 0)
            throw new ShopException(
                $"The owner of {path} cannot be changed to {Name}: {Marshal.GetLastPInvokeErrorMessage()}. "
                    + "Start the shop as an ordinary user."
            );
    }

    [LibraryImport("libc", EntryPoint = "chown", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int ChangeOwner(string path, int uid, int gid);
}
