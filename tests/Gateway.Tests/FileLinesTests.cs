using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DaprShop.Gateway.Domain;
using DaprShop.Gateway.Features;

namespace DaprShop.Gateway.Tests;

/// <summary>A file is cut into lines, however long they are.</summary>
public sealed class FileLinesTests
{
    [Fact]
    public void A_line_has_at_most_as_many_bytes_as_are_allowed()
    {
        FileLine.Decode(1, Bytes("0123456789"), 10).Should().Be(new FileLine(1, "0123456789"));
        FileLine.Decode(1, Bytes("0123456789x"), 10).Should().Be(new FileLine(1, null, "It has more than 10 bytes."));
    }

    [Fact]
    public async Task Of_a_line_that_is_too_long_no_more_is_kept_than_is_allowed()
    {
        using var pool = new CountingPool();
        var file = new MemoryStream([.. new byte[3_000_000].Select(_ => (byte)'x'), .. "\nnext"u8]);
        var lines = await FileLines
            .ReadAsync(PipeReader.Create(file, new StreamPipeReaderOptions(pool, bufferSize: 4_096)), 100_000)
            .ToListAsync(TestContext.Current.CancellationToken);

        lines.Should().Equal(FileLine.TooLong(1, 100_000), new FileLine(2, "next"));
        pool.Most.Should().BeLessThan(200_000);
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Counts the bytes that are in use at one time.</summary>
    private sealed class CountingPool : MemoryPool<byte>
    {
        private int _rented;

        public int Most { get; private set; }

        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            var piece = new Piece(this, Math.Max(minBufferSize, 4_096));
            Most = Math.Max(Most, _rented += piece.Memory.Length);
            return piece;
        }

        protected override void Dispose(bool disposing) { }

        private sealed class Piece(CountingPool pool, int length) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[length];

            public void Dispose() => pool._rented -= Memory.Length;
        }
    }
}
