using System.Buffers;
using System.Text;

namespace DaprShop.Gateway.Domain;

/// <summary>A line of a file. <paramref name="Number"/> counts from 1.</summary>
/// <param name="Text">Without its end; null where there is only a fault.</param>
/// <param name="Fault">Why it cannot be read.</param>
internal sealed record FileLine(int Number, string? Text, string? Fault = null)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A line of more bytes than are allowed.</summary>
    public static FileLine TooLong(int number, int maxLength) =>
        new(number, null, $"It has more than {maxLength} bytes.");

    /// <summary>Reads a line's bytes.</summary>
    public static FileLine Decode(int number, ReadOnlySequence<byte> bytes, int maxLength)
    {
        if (bytes.Length > maxLength)
            return TooLong(number, maxLength);
        try
        {
            var text = Utf8.GetString(bytes).TrimEnd('\r');
            if (number == 1)
                text = text.TrimStart('\uFEFF');
            return text.Contains('\0')
                ? new FileLine(number, null, "Text has no character U+0000.")
                : new FileLine(number, text);
        }
        catch (DecoderFallbackException)
        {
            return new FileLine(number, null, "It has bytes that are not UTF-8.");
        }
    }
}
