using System.Diagnostics;
using System.Runtime.InteropServices;

namespace DaprShop.Shop;

/// <summary>
/// Whether the caller may use the files of a shop. Those with passwords are readable by the user who started it only, so
/// after <c>sudo ./shop up</c> an ordinary user's command can neither read the shop's state nor start another one.
/// </summary>
internal static partial class ShopOwner
{
    // Exit code 1 of an audit or a rebuild means that something differs.
    private const int NotUsable = 2;

    private const int Execute = 1;
    private const int Write = 2;
    private const int Read = 4;

    /// <exception cref="ShopException">
    /// Another user has started this shop; the message says who, and what to do.
    /// </exception>
    public static void Check(ShopFolder shop)
    {
        if (OperatingSystem.IsWindows())
            return;
        foreach (
            var (path, needed) in new[]
            {
                (shop.Data, Read | Write | Execute),
                (shop.Logs, Read | Write | Execute),
                (shop.State, Read | Write),
                (shop.Secrets, Read | Write),
                (shop.Owner, Read | Write),
                (shop.Starting, Read | Write),
            }
        )
            if (Path.Exists(path) && CannotAccess(path, needed) != 0)
                throw new ShopException(
                    $"This shop belongs to {(OwnerOf(path) is { } owner ? $"the user '{owner}'" : "another user")}: "
                        + $"{path} is not accessible to '{Environment.UserName}'. Run the command as that user "
                        + $"(`sudo -u {OwnerOf(path) ?? "USER"} ./shop …`). For a shop of your own in this folder, that "
                        + "user deletes this one first: `./shop down --wipe`.",
                    NotUsable
                );
    }

    /// <summary>Null where it is not known. .NET reads no owners; <c>ls</c> is everywhere and shows them third.</summary>
    private static string? OwnerOf(string path)
    {
        using var ls = Process.Start(
            new ProcessStartInfo("ls", ["-ld", path]) { RedirectStandardOutput = true, RedirectStandardError = true }
        );
        return ls?.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, var owner, ..]
            ? owner
            : null;
    }

    [LibraryImport("libc", EntryPoint = "access", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int CannotAccess(string path, int mode);
}
