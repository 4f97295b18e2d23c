using System.Buffers.Binary;
using System.Text;

namespace DaprShop.Shop.Runtimes;

/// <summary>
/// The SQLite file in which sidecars find each other (components/common/config.yaml). It is made before the first
/// sidecar: five that create it at one moment compete for the switch to write-ahead logging, and one that loses goes on
/// without names, so that no order of its app moves.
/// </summary>
internal static class NamesFile
{
    private const int PageSize = 4096;

    public static string PathIn(ShopFolder shop) => Path.Combine(shop.Data, "names.db");

    /// <summary>Creates the file, empty and in write-ahead mode, where there is none.</summary>
    public static void Create(ShopFolder shop)
    {
        if (File.Exists(PathIn(shop)))
            return;
        // Renamed when complete: a start that dies here must not leave half a file.
        var unfinished = PathIn(shop) + ".new";
        File.WriteAllBytes(unfinished, EmptyDatabase());
        File.Move(unfinished, PathIn(shop));
    }

    /// <summary>One page: the header of https://sqlite.org/fileformat.html, and an empty table of tables.</summary>
    private static byte[] EmptyDatabase()
    {
        const int schemaFormat = 4;
        const int utf8 = 1;
        const byte writeAhead = 2;
        const int headerLength = 100;
        const byte tableLeaf = 13;
        var page = new byte[PageSize];
        Encoding.ASCII.GetBytes("SQLite format 3\0").CopyTo(page, 0);
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(16), PageSize);
        (page[18], page[19]) = (writeAhead, writeAhead);
        // Payload fractions, which are constants.
        (page[21], page[22], page[23]) = (64, 32, 32);
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(24), 1); // Change counter.
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(28), 1); // Pages.
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(44), schemaFormat);
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(56), utf8);
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(92), 1); // The change for which the next number is valid.
        BinaryPrimitives.WriteInt32BigEndian(page.AsSpan(96), 3_045_000); // The version that wrote it.
        page[headerLength] = tableLeaf;
        BinaryPrimitives.WriteUInt16BigEndian(page.AsSpan(headerLength + 5), PageSize);
        return page;
    }
}
