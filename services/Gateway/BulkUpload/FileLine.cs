using System.Buffers;
using System.Text;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>A line of a file. <paramref name="Number"/> counts from 1.</summary>
/// <param name="Text">Without the line break; null when the line has an error.</param>
/// <param name="Error">Why the line cannot be read; null otherwise.</param>
internal sealed record FileLine(int Number, string? Text, string? Error = null)
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    /// <summary>A line of more than <paramref name="maxLength"/> bytes.</summary>
    public static FileLine TooLong(int number, int maxLength) =>
        new(number, null, $"The line is longer than {maxLength} bytes.");

    /// <summary>Decodes a line's bytes.</summary>
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
                ? new FileLine(number, null, "Text must not contain U+0000.")
                : new FileLine(number, text);
        }
        catch (DecoderFallbackException)
        {
            return new FileLine(number, null, "The line is not valid UTF-8.");
        }
    }
}
