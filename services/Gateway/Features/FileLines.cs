using System.Buffers;
using System.IO.Pipelines;
using DaprShop.Gateway.Domain;

namespace DaprShop.Gateway.Features;

/// <summary>Cuts a stream of any length into lines, holding no more of it than one line and what the pipe has.</summary>
internal static class FileLines
{
    private const byte NewLine = (byte)'\n';

    /// <summary>A line that is longer than <paramref name="maxLength"/> bytes is passed over, and told as such. The server ends the reading when the sender is gone.</summary>
    public static async IAsyncEnumerable<FileLine> ReadAsync(PipeReader reader, int maxLength)
    {
        var (number, tooLong) = (0, false);
        for (var more = true; more; )
        {
            var result = await reader.ReadAsync();
            var (buffer, all) = (result.Buffer, false);
            try
            {
                while (buffer.PositionOf(NewLine) is { } end)
                {
                    number++;
                    yield return tooLong
                        ? FileLine.TooLong(number, maxLength)
                        : FileLine.Decode(number, buffer.Slice(0, end), maxLength);
                    buffer = buffer.Slice(buffer.GetPosition(1, end));
                    tooLong = false;
                }

                tooLong |= buffer.Length > maxLength;
                more = !result.IsCompleted;
                if (!more && (tooLong || buffer.Length > 0))
                    yield return tooLong
                        ? FileLine.TooLong(number + 1, maxLength)
                        : FileLine.Decode(number + 1, buffer, maxLength);
                if (tooLong)
                    buffer = buffer.Slice(buffer.End);
                all = true;
            }
            finally
            {
                // Who stops in the middle leaves the rest for the server to throw away.
                reader.AdvanceTo(buffer.Start, all ? buffer.End : buffer.Start);
            }
        }
    }
}
