using System.Buffers.Text;
using System.Text.Json;

namespace DaprShop.Inventory.Features;

/// <summary>A cursor over several ledgers: the last sequence that was read of each location.</summary>
internal static class Positions
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
