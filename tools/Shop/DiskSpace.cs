using System.Globalization;
using DaprShop.Shop.Postgres;

namespace DaprShop.Shop;

/// <summary>
/// Whether the disks of a shop have room. Without it, processes still answer, and each write of a server fails.
/// </summary>
internal static class DiskSpace
{
    /// <summary>PostgreSQL writes its log ahead in files of 16 MB.</summary>
    public const long Least = 64 * Megabyte;

    private const long Megabyte = 1024 * 1024;
    private const int NoSpaceOnUnix = 28;
    private const int NoSpaceOnWindows = 112;

    /// <summary>Null where the shop's folders have room, else what is full, as a sentence.</summary>
    public static string? Problem(ShopFolder shop) =>
        new[] { shop.Data, PostgresFolder.Of(shop, "postgres") }
            .Where(Directory.Exists)
            .Select(folder => Problem(folder, new DriveInfo(folder).AvailableFreeSpace))
            .FirstOrDefault(problem => problem is not null);

    /// <param name="free">The bytes that a user may still write there.</param>
    public static string? Problem(string folder, long free) =>
        free >= Least
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"disk: {folder} has {free / Megabyte} MB left, and the shop's servers need {Least / Megabyte} MB to write"
            );

    /// <summary>Whether something could not be written because the disk is full.</summary>
    public static bool IsExhausted(Exception failure) =>
        failure is IOException && (failure.HResult & 0xFFFF) is NoSpaceOnUnix or NoSpaceOnWindows;
}
