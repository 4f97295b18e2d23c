using System.Buffers.Text;
using System.Text.Json;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A cursor over the ledgers of several locations: the last sequence read of each.</summary>
internal static class LedgerCursor
{
    public static string Write(Dictionary<string, long> positions) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(positions));

    /// <summary>Null for text that is not a cursor.</summary>
    public static Dictionary<string, long>? Read(string cursor)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, long>>(Base64Url.DecodeFromChars(cursor));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }
}
