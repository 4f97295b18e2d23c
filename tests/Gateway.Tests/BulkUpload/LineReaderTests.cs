using System.Buffers;
using System.IO.Pipelines;
using System.Text;
using DaprShop.Gateway.BulkUpload;

namespace DaprShop.Gateway.Tests;

/// <summary>A file is split into lines of limited length.</summary>
public sealed class LineReaderTests
{
    [Fact]
    public void A_line_may_have_as_many_bytes_as_the_limit()
    {
        FileLine.Decode(1, Bytes("0123456789"), 10).Should().Be(new FileLine(1, "0123456789"));
        FileLine
            .Decode(1, Bytes("0123456789x"), 10)
            .Should()
            .Be(new FileLine(1, null, "The line is longer than 10 bytes."));
    }

    [Fact]
    public async Task A_line_that_is_too_long_is_not_buffered_beyond_the_limit()
    {
        using var pool = new CountingPool();
        var file = new MemoryStream([.. new byte[3_000_000].Select(_ => (byte)'x'), .. "\nnext"u8]);
        var lines = await LineReader
            .ReadAsync(PipeReader.Create(file, new StreamPipeReaderOptions(pool, bufferSize: 4_096)), 100_000)
            .ToListAsync(TestContext.Current.CancellationToken);

        lines.Should().Equal(FileLine.TooLong(1, 100_000), new FileLine(2, "next"));
        pool.Peak.Should().BeLessThan(200_000);
    }

    private static ReadOnlySequence<byte> Bytes(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>Counts the bytes in use and their peak.</summary>
    private sealed class CountingPool : MemoryPool<byte>
    {
        private int _rented;

        public int Peak { get; private set; }

        public override int MaxBufferSize => Shared.MaxBufferSize;

        public override IMemoryOwner<byte> Rent(int minBufferSize = -1)
        {
            var block = new Block(this, Math.Max(minBufferSize, 4_096));
            Peak = Math.Max(Peak, _rented += block.Memory.Length);
            return block;
        }

        protected override void Dispose(bool disposing) { }

        private sealed class Block(CountingPool pool, int length) : IMemoryOwner<byte>
        {
            public Memory<byte> Memory { get; } = new byte[length];

            public void Dispose() => pool._rented -= Memory.Length;
        }
    }
}
