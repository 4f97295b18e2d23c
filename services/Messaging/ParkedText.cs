using System.Text;

namespace DaprShop.Messaging;

/// <summary>Makes a text of whatever is to be kept of a message: PostgreSQL stores neither U+0000 nor half characters.</summary>
internal static class ParkedText
{
    private const char Replacement = '\uFFFD';

    public static string Of(ReadOnlySpan<byte> bytes) => Encoding.UTF8.GetString(bytes).Replace('\0', Replacement);

    public static string Of(string text) => Of(Encoding.UTF8.GetBytes(text));
}
