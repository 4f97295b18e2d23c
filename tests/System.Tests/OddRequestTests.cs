using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DaprShop.SystemTests;

/// <summary>
/// Unusual requests through the gateway and two real sidecars: they work, or a 4xx says what is wrong with them. A 503
/// would promise that a retry helps.
/// </summary>
public sealed class OddRequestTests(SharedShop shops) : SharedShopTest(shops)
{
    private static readonly TimeSpan BetweenParts = TimeSpan.FromSeconds(4);

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task What_no_retry_can_cure_works_or_is_refused_with_the_reason_and_never_called_temporary(
        string runtime
    )
    {
        var shop = await ShopAsync(runtime);
        var sku = await shop.CreateItemAsync(10);
        var order = $$"""{"lines":[{"sku":"{{sku}}","quantity":1}],"payment":{"token":"tok_ok"} }""";
        var slow = SendAsync(shop, "POST /orders", ["Content-Type: application/json"], Parts(order, 3_000));
        var tooSlow = SendAsync(shop, "POST /orders", ["Content-Type: application/json"], Parts(order, 20));

        await WorksAsync("UTF-8 in a header", $"items/{sku}", "X-Note: Größe");
        await WorksAsync("15 KB of cookies", $"items/{sku}", $"Cookie: {Cookies(15)}");
        await WorksAsync("7 KB of query", $"stock?{string.Join('&', Enumerable.Repeat($"sku={sku}", 140))}");
        // daprd forwards fewer than the gateway reads.
        var (status, text) = await SendAsync(shop, $"GET /items/{sku}", [$"X-Note: {new string('n', 25_000)}"]);
        status.Should().BeOneOf([200, 431], text);
        text.Should().ContainAny("\"sku\":", "The headers are too large.");
        (await slow).Status.Should().Be(202, "a slow sender is no error: {0}", (await slow).Text);

        await IsRefusedAsync("a number sign", "items/a%23b", "'a#b' is not a valid value of 'sku'");
        await IsRefusedAsync("a slash", "items/a%2Fb", "'a%2Fb' is not a valid value of 'sku'");
        await IsRefusedAsync("a percent sign", "items/a%25b", "'a%b' is not a valid value of 'sku'");
        await IsRefusedAsync("a control character", "items/a%01b", "is not a valid value of 'sku'");
        await IsRefusedAsync("a broken escape", "items/a%zzb", "'a%zzb' is not a valid value of 'sku'");
        (await tooSlow).Text.Should().Contain("HTTP/1.1 408").And.Contain("The body was sent too slowly");

        // What is no HTTP is refused by the server, before any route.
        (await SendAsync(shop, $"GET /items/{sku}", ["X-Note: Größe"], encoding: Encoding.Latin1))
            .Status.Should()
            .Be(400);
        (await SendAsync(shop, $"GET /items/{sku}", [$"Cookie: {Cookies(40)}"])).Status.Should().Be(431);

        async Task WorksAsync(string what, string path, params string[] headers)
        {
            var (status, text) = await SendAsync(shop, $"GET /{path}", headers);
            status.Should().Be(200, "{0}: {1}", what, text);
        }

        async Task IsRefusedAsync(string what, string path, string reason)
        {
            var (status, text) = await SendAsync(shop, $"GET /{path}", []);
            status.Should().Be(400, "{0}: {1}", what, text);
            text.Should().Contain("application/problem+json").And.Contain(reason, what);
        }
    }

    private static string Cookies(int count) =>
        string.Join("; ", Enumerable.Range(0, count).Select(n => $"cookie{n}={new string('c', 1_000)}"));

    /// <summary>The body with so many blanks before it, in three parts.</summary>
    private static string[] Parts(string body, int blanks) =>
        [new string(' ', blanks), body[..(body.Length / 2)], body[(body.Length / 2)..]];

    /// <summary>Sends a request as it is written: HttpClient would escape it, or refuse to send it.</summary>
    private static async Task<(int Status, string Text)> SendAsync(
        ShopFixture shop,
        string line,
        string[] headers,
        string[]? body = null,
        Encoding? encoding = null
    )
    {
        using var client = new TcpClient();
        await client.ConnectAsync("127.0.0.1", 8080, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        string[] all =
        [
            $"{line} HTTP/1.1",
            "Host: localhost",
            "Connection: close",
            $"Authorization: {shop.Olga.DefaultRequestHeaders.Authorization}",
            $"Idempotency-Key: {Guid.CreateVersion7()}",
            $"Content-Length: {(body ?? []).Sum(part => part.Length)}",
            .. headers,
        ];
        await WriteAsync(string.Join("\r\n", all) + "\r\n\r\n");
        using var reader = new StreamReader(stream);
        var answer = reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        foreach (var part in body ?? [])
        {
            // The answer to a request that is refused comes before its body has been sent.
            if (await Task.WhenAny(answer, Task.Delay(BetweenParts, TestContext.Current.CancellationToken)) == answer)
                break;
            await WriteAsync(part);
        }

        var text = await answer;
        return (int.Parse(text.Split(' ')[1], CultureInfo.InvariantCulture), text);

        async Task WriteAsync(string text) =>
            await stream.WriteAsync((encoding ?? Encoding.UTF8).GetBytes(text), TestContext.Current.CancellationToken);
    }
}
