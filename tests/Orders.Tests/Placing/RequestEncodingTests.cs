using System.IO.Compression;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Tests;

/// <summary>A body is read as its headers describe it, or refused.</summary>
public sealed class RequestEncodingTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private const string Order = """{"lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""";
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");

    [Fact]
    public async Task A_compressed_body_is_inflated()
    {
        (await PostAsync(Compress(Order), "application/json", "gzip")).Status.Should().Be(202);
        (await PostAsync(Compress(Order), "APPLICATION/JSON", "GZIP")).Status.Should().Be(202);
        (await PostAsync(Encoding.UTF8.GetBytes(Order), "application/json", "identity")).Status.Should().Be(202);
    }

    [Fact]
    public async Task A_body_is_inflated_within_the_limit_only()
    {
        var bomb = Compress(new string(' ', 8 * 1024 * 1024) + Order);
        bomb.Length.Should().BeLessThan(100_000);
        (await PostAsync(bomb, "application/json", "gzip")).Status.Should().Be(413);
    }

    [Fact]
    public async Task What_is_not_compressed_as_it_says_is_a_bad_request()
    {
        (await PostAsync(Encoding.UTF8.GetBytes(Order), "application/json", "gzip")).Status.Should().Be(400);
    }

    [Theory]
    [InlineData("application/json", "zstd", "'zstd' is not supported. Allowed: br, deflate, gzip, identity.")]
    [InlineData("application/json; charset=klingon", null, "'klingon' is not supported. Send UTF-8.")]
    public async Task An_unknown_encoding_or_charset_is_refused_with_415(string type, string? encoding, string detail)
    {
        var (status, text) = await PostAsync(Encoding.UTF8.GetBytes(Order), type, encoding);
        status.Should().Be(415);
        JsonDocument.Parse(text).RootElement.GetProperty("detail").GetString().Should().EndWith(detail);
    }

    [Fact]
    public async Task A_declared_charset_is_honoured()
    {
        var order = Order.Replace("tok_ok", "tök_ok", StringComparison.Ordinal);
        (await PostAsync(Encoding.Latin1.GetBytes(order), "application/json; charset=iso-8859-1", null))
            .Status.Should()
            .Be(202);
        (await PostAsync(Encoding.Latin1.GetBytes(order), "application/json", null)).Status.Should().Be(400);
    }

    private static byte[] Compress(string text)
    {
        using var compressed = new MemoryStream();
        using (var gzip = new GZipStream(compressed, CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(text));
        return compressed.ToArray();
    }

    private async Task<(int Status, string Text)> PostAsync(byte[] body, string type, string? encoding)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "orders") { Content = new ByteArrayContent(body) };
        request.Content.Headers.ContentType = MediaTypeHeaderValue.Parse(type);
        if (encoding is not null)
            request.Content.Headers.ContentEncoding.Add(encoding);
        request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
        using var response = await _alice.SendAsync(request, TestContext.Current.CancellationToken);
        return (
            (int)response.StatusCode,
            await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)
        );
    }
}
