using System.Buffers;
using System.IO.Pipelines;
using System.Runtime.CompilerServices;
using DaprShop.Gateway.Domain;

namespace DaprShop.Gateway.Features;

/// <summary>Cuts a stream of any length into lines, holding no more of it than one line and what the pipe has.</summary>
internal static class FileLines
{
    private const byte NewLine = (byte)'\n';

    /// <summary>A line that is longer than <paramref name="maxLength"/> bytes is passed over, and told as such.</summary>
    public static async IAsyncEnumerable<FileLine> ReadAsync(PipeReader reader, int maxLength, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var (number, tooLong) = (0, false);
        while (true)
        {
            var result = await reader.ReadAsync(cancellationToken);
            var buffer = result.Buffer;
            while (buffer.PositionOf(NewLine) is { } end)
            {
                number++;
                yield return tooLong ? FileLine.TooLong(number, maxLength) : FileLine.Decode(number, buffer.Slice(0, end), maxLength);
                buffer = buffer.Slice(buffer.GetPosition(1, end));
                tooLong = false;
            }

            if (result.IsCompleted)
            {
                if (tooLong || buffer.Length > 0) yield return tooLong ? FileLine.TooLong(number + 1, maxLength) : FileLine.Decode(number + 1, buffer, maxLength);
                reader.AdvanceTo(buffer.End);
                yield break;
            }

            tooLong |= buffer.Length > maxLength;
            if (tooLong) buffer = buffer.Slice(buffer.End);
            reader.AdvanceTo(buffer.Start, buffer.End);
        }
    }
}
