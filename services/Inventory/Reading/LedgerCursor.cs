using System.Buffers.Text;
using System.Text.Json;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>A cursor over several ledgers: the last sequence that was read of each location.</summary>
internal static class LedgerCursor
{
    public static string Write(Dictionary<string, long> positions) =>
        Base64Url.EncodeToString(JsonSerializer.SerializeToUtf8Bytes(positions));

    /// <summary>Null where nobody has given it out.</summary>
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
