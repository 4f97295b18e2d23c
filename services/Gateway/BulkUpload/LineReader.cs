using System.Buffers;
using System.IO.Pipelines;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>Splits a stream of any length into lines. It buffers at most one line and the pipe's buffer.</summary>
internal static class LineReader
{
    private const byte NewLine = (byte)'\n';

    /// <summary>
    /// Reads all lines. A line longer than <paramref name="maxLength"/> bytes is skipped and returned as too long. The
    /// server ends the enumeration when the client disconnects.
    /// </summary>
    public static async IAsyncEnumerable<FileLine> ReadAsync(PipeReader reader, int maxLength)
    {
        var number = 0;
        var tooLong = false;
        var more = true;
        while (more)
        {
            var result = await reader.ReadAsync();
            var buffer = result.Buffer;
            var isExamined = false;
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
                isExamined = true;
            }
            finally
            {
                // A caller that stops early leaves the rest of the body to the server, which discards it.
                reader.AdvanceTo(buffer.Start, isExamined ? buffer.End : buffer.Start);
            }
        }
    }
}
