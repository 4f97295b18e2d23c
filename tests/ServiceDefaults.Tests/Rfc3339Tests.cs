namespace DaprShop.ServiceDefaults.Tests;

public sealed class Rfc3339Tests
{
    [Theory]
    [InlineData("2026-11-30T12:00:00Z", "2026-11-30T12:00:00.0000000+00:00")]
    [InlineData("2026-11-30t12:00:00z", "2026-11-30T12:00:00.0000000+00:00")]
    [InlineData("2026-11-30T12:00:00.25+05:30", "2026-11-30T12:00:00.2500000+05:30")]
    [InlineData("2026-11-30T12:00:00.123456789-03:00", "2026-11-30T12:00:00.1234568-03:00")]
    public void A_time_with_an_offset_is_read(string text, string time)
    {
        Rfc3339.TryParse(text, out var read).Should().BeTrue();
        read.ToString("O").Should().Be(time);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("2026-11-30T12:00:00")]
    [InlineData("2026-11-30")]
    [InlineData("05/06/2026")]
    [InlineData("2026-11-30 12:00:00Z")]
    [InlineData("2026-11-30T12:00Z")]
    [InlineData("2026-11-30T12:00:00 01:00")]
    [InlineData("2026-11-30T12:00:00+0100")]
    [InlineData("2026-02-30T12:00:00Z")]
    [InlineData("2026-11-30T25:00:00Z")]
    [InlineData("2026-11-30T12:00:00Z\n")]
    [InlineData("Mon, 30 Nov 2026 12:00:00 GMT")]
    [InlineData("1764504000")]
    public void Anything_else_is_refused(string? text) => Rfc3339.TryParse(text, out _).Should().BeFalse();
}
