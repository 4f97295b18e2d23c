using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Http;

namespace DaprShop.Gateway.Tests;

/// <summary>A file of any length is passed to Orders in batches, each stored before the next is read.</summary>
public sealed class BulkUploadTests : IAsyncLifetime
{
    private static readonly Guid Job = Guid.CreateVersion7();
    private FakeSidecar _sidecar = null!;
    private ServiceHost<Program> _gateway = null!;
    private HttpClient _alice = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.StartAsync();
        _gateway = new ServiceHost<Program>(
            null,
            ("DAPR_HTTP_ENDPOINT", _sidecar.Address),
            ("DAPR_API_TOKEN", "the-sidecars-token"),
            ("BulkUpload:RetryDuration", "00:00:00.5")
        );
        _alice = _gateway.As(Identity.Customer, "alice");
        _sidecar.Respond = RespondAsync;
    }

    public async ValueTask DisposeAsync()
    {
        await _gateway.DisposeAsync();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task G29_Each_line_arrives_once_with_its_number_and_the_end_states_the_row_count()
    {
        using var response = await SendAsync(
            "\uFEFF{\"a\":1}\r\n\r\n  \n{\"b\":\"é\"}\n{\"c\":3}",
            query: "?onError=ignore_failed"
        );

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        response.Headers.Location!.ToString().Should().Be($"/bulk-orders/{Job}");
        (await response.Content.ReadFromJsonAsync<BulkJobId>(TestContext.Current.CancellationToken))!
            .Id.Should()
            .Be(Job);
        Rows()
            .Should()
            .Equal(new BulkRow(1, "{\"a\":1}"), new BulkRow(4, "{\"b\":\"é\"}"), new BulkRow(5, "{\"c\":3}"));
        Paths()
            .Should()
            .Equal("bulk-orders?onError=ignore_failed", $"bulk-orders/{Job}/rows", $"bulk-orders/{Job}/end?rows=3");
        _sidecar
            .Calls.Should()
            .OnlyContain(c =>
                c.Headers["idempotency-key"] == "file"
                && c.Headers["authorization"].StartsWith("Bearer ")
                && c.Headers["dapr-api-token"] == "the-sidecars-token"
            );
    }

    [Fact]
    public async Task G29_A_long_file_is_split_into_batches_that_a_sidecar_can_carry()
    {
        var text = new StringBuilder();
        for (var i = 1; i <= 2_500; i++)
            text.Append(CultureInfo.InvariantCulture, $"{i}\n");
        for (var i = 1; i <= 20; i++)
            text.Append('\u0001', 200_000).Append('\n');

        using var response = await SendAsync(text.ToString());

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows().Select(r => r.Row).Should().Equal(Enumerable.Range(1, 2_520));
        var batches = _sidecar.Calls.Where(c => c.Path.EndsWith("/rows")).ToList();
        batches.Should().OnlyContain(c => c.Body.Length < ShopService.MaxBodySize);
        batches.Count.Should().BeInRange(11, 14);
    }

    [Fact]
    public async Task A_line_that_is_too_long_or_not_UTF8_fails_its_own_row_only()
    {
        byte[] file =
        [
            .. "{}\n"u8,
            .. new byte[3 * 1024 * 1024].Select(_ => (byte)'x'),
            .. "\n"u8,
            0xff,
            0xfe,
            .. "\n{}\n"u8,
            .. "a\0b\n"u8,
            .. new byte[BulkFormat.MaxLineLength].Select(_ => (byte)'y'),
            .. "\n"u8,
            .. new byte[BulkFormat.MaxLineLength + 1].Select(_ => (byte)'z'),
        ];

        using var response = await SendAsync(new ByteArrayContent(file));

        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows()
            .Select(r => (r.Row, r.Body?.Length, r.Error))
            .Should()
            .Equal(
                (1, 2, null),
                (2, null, "The line is longer than 262144 bytes."),
                (3, null, "The line is not valid UTF-8."),
                (4, 2, null),
                (5, null, "Text must not contain U+0000."),
                (6, BulkFormat.MaxLineLength, null),
                (7, null, "The line is longer than 262144 bytes.")
            );
    }

    [Fact]
    public async Task The_replayed_header_is_returned_and_the_error_policy_is_passed_on_unchanged()
    {
        _sidecar.Respond = context =>
        {
            if (Called(context).Contains("?onError"))
                context.Response.Headers[IdempotencyKey.ReplayedHeader] = "true";
            return RespondAsync(context);
        };
        using var response = await SendAsync("{}", query: "?onError=a%26b");
        response.Headers.GetValues(IdempotencyKey.ReplayedHeader).Should().Equal("true");
        Paths().First().Should().Be("bulk-orders?onError=a%26b");
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("text/plain")]
    [InlineData(null)]
    public async Task An_unsupported_media_type_is_rejected_and_the_supported_ones_are_named(string? type)
    {
        using var response = await SendAsync("{}", type);
        (await IsProblemAsync(response, 415, "unsupported-media-type"))
            .Should()
            .Contain(BulkFormat.Ndjson)
            .And.Contain(BulkFormat.Csv);
        _sidecar.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_file_needs_an_idempotency_key_and_an_authorized_caller()
    {
        using var keyless = await SendAsync("{}", key: null);
        await IsProblemAsync(keyless, 400, "idempotency-key-missing");
        using var guest = await SendAsync("{}", caller: _gateway.As("guest"));
        await IsProblemAsync(guest, 403, "forbidden");
        using var anonymous = await SendAsync("{}", caller: _gateway.CreateClient());
        await IsProblemAsync(anonymous, 401, "unauthenticated");
        _sidecar.Calls.Should().BeEmpty();
    }

    [Theory]
    [InlineData("bulk-orders?")]
    [InlineData("/rows")]
    [InlineData("/end")]
    public async Task A_rejection_by_Orders_is_returned_unchanged_and_ends_the_upload(string rejected)
    {
        _sidecar.Respond = context =>
            Called(context).Contains(rejected) ? ProblemAsync(context, 422, "invalid") : RespondAsync(context);
        using var response = await SendAsync("{}\n", query: "?onError=other");
        await IsProblemAsync(response, 422, "invalid");
        Paths().Last().Should().Contain(rejected);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task G30_A_short_outage_of_Orders_does_not_fail_the_upload(bool disconnects)
    {
        var requests = 0;
        _sidecar.Respond = context =>
        {
            if (Interlocked.Increment(ref requests) % 2 == 0)
                return RespondAsync(context);
            if (!disconnects)
                return ProblemAsync(context, 503, "unavailable");
            context.Abort();
            return Task.CompletedTask;
        };
        using var response = await SendAsync("{}\n");
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Paths().Distinct().Should().HaveCount(3);
    }

    [Fact]
    public async Task A_long_outage_of_Orders_returns_503_and_says_that_the_file_can_be_sent_again()
    {
        _sidecar.Respond = context => ProblemAsync(context, 500, "ERR_DIRECT_INVOKE");
        using var response = await SendAsync("{}\n");
        response.Headers.RetryAfter.Should().NotBeNull();
        (await IsProblemAsync(response, 503, "unavailable")).Should().Contain("same Idempotency-Key");
    }

    [Fact]
    public async Task G30_An_upload_that_breaks_off_has_stored_its_complete_batches_and_is_not_ended()
    {
        using (var client = new TcpClient())
        {
            var at = _alice.BaseAddress!;
            await client.ConnectAsync(at.Host, at.Port, TestContext.Current.CancellationToken);
            var rows = string.Concat(Enumerable.Range(1, 1_000).Select(_ => "{}\n")) + "{\"half\":";
            await client
                .GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"""
                        POST /bulk-orders HTTP/1.1
                        Host: gateway
                        Authorization: {_alice.DefaultRequestHeaders.Authorization}
                        Idempotency-Key: file
                        Content-Type: {BulkFormat.Ndjson}
                        Content-Length: 1000000

                        {rows}
                        """.ReplaceLineEndings("\r\n").Replace("{}\r\n", "{}\n")
                    ),
                    TestContext.Current.CancellationToken
                );
            await Wait.UntilAsync(
                () => Task.FromResult(Paths().Contains($"bulk-orders/{Job}/rows")),
                "the first batch arrives"
            );
        }

        using var another = await SendAsync("", key: "another");
        another.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows().Should().HaveCount(1_000);
        _sidecar
            .Calls.Where(c => c.Headers["idempotency-key"] == "file")
            .Should()
            .NotContain(c => c.Path.Contains("/end"));
    }

    [Fact]
    public async Task G29_A_fast_client_is_slowed_down_and_the_gateway_holds_one_batch()
    {
        using var gate = new SemaphoreSlim(0);
        var sent = 0;
        _sidecar.Respond = async context =>
        {
            if (Called(context).EndsWith("/rows"))
                await gate.WaitAsync();
            await RespondAsync(context);
        };
        // The factory's own client buffers the whole file, to be able to follow a redirect.
        using var alice = new HttpClient
        {
            BaseAddress = _alice.BaseAddress,
            DefaultRequestHeaders = { Authorization = _alice.DefaultRequestHeaders.Authorization },
        };
        var line = Encoding.ASCII.GetBytes(new string('x', 1_000) + "\n");
        var sending = SendAsync(
            new PushStream(async stream =>
            {
                for (var i = 0; i < 40_000; i++)
                {
                    await stream.WriteAsync(line);
                    sent = i + 1;
                }
            }),
            caller: alice
        );

        await Wait.UntilAsync(() => Task.FromResult(Paths().Any(p => p.EndsWith("/rows"))), "the first batch arrives");
        var before = -1;
        await Wait.UntilAsync(
            () => Task.FromResult(sent == Interlocked.Exchange(ref before, sent)),
            "the client is slowed down"
        );
        sent.Should().BeLessThan(40_000);
        Paths().Count(p => p.EndsWith("/rows")).Should().Be(1);

        gate.Release(1_000);
        using var response = await sending;
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows().Should().HaveCount(40_000);
    }

    [Fact]
    public async Task A_media_type_has_no_case_and_a_compressed_file_is_inflated()
    {
        using var compressed = new MemoryStream();
        await using (
            var gzip = new System.IO.Compression.GZipStream(
                compressed,
                System.IO.Compression.CompressionLevel.Fastest,
                leaveOpen: true
            )
        )
            gzip.Write("sku,quantity,token\ncup,2,tok_ok\n"u8);
        using var file = new ByteArrayContent(compressed.ToArray());
        file.Headers.ContentEncoding.Add("gzip");
        using var response = await SendAsync(file, "TEXT/CSV");
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows().Should().ContainSingle();
    }

    [Fact]
    public async Task A_file_in_another_charset_is_refused()
    {
        using var response = await SendAsync("{}", "application/x-ndjson; charset=iso-8859-1");
        (await IsProblemAsync(response, 415, "unsupported-media-type")).Should().Contain("'iso-8859-1'");
        _sidecar.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task A_CSV_file_needs_a_valid_header()
    {
        using var response = await SendAsync("sku,amount\ncup,1", BulkFormat.Csv);
        (await IsProblemAsync(response, 422, "invalid")).Should().Contain("'amount'");
        _sidecar.Calls.Should().BeEmpty();
    }

    [Fact]
    public async Task G29_A_CSV_file_becomes_the_same_JSON_that_clients_send()
    {
        using var response = await SendAsync(
            "key,sku,quantity,token\nk,cup,2,tok_ok\nk,tea,1,\n,cup,x,tok_ok\n",
            "text/csv; charset=utf-8"
        );
        response.StatusCode.Should().Be(HttpStatusCode.Accepted);
        Rows()
            .Should()
            .Equal(
                new BulkRow(
                    2,
                    """{"lines":[{"sku":"cup","quantity":2},{"sku":"tea","quantity":1}],"payment":"""
                        + """{"token":"tok_ok"},"key":"k"}"""
                ),
                new BulkRow(4, """{"lines":[{"sku":"cup","quantity":"x"}],"payment":{"token":"tok_ok"}}""")
            );
    }

    private static string Called(HttpContext context) => context.Request.Path + context.Request.QueryString.Value;

    private static async Task RespondAsync(HttpContext context)
    {
        context.Response.StatusCode = Called(context).EndsWith("/rows") ? 204 : 202;
        if (context.Response.StatusCode == 204)
            return;
        context.Response.Headers.Location = $"/bulk-orders/{Job}";
        await context.Response.WriteAsJsonAsync(new BulkJobId(Job));
    }

    private static Task ProblemAsync(HttpContext context, int status, string kind)
    {
        context.Response.StatusCode = status;
        context.Response.ContentType = "application/problem+json";
        return context.Response.WriteAsync($$"""{"type":"urn:daprshop:problem:{{kind}}","detail":"{{kind}}"}""");
    }

    private Task<HttpResponseMessage> SendAsync(
        string body,
        string? type = BulkFormat.Ndjson,
        string? key = "file",
        string query = "",
        HttpClient? caller = null
    ) => SendAsync(new ByteArrayContent(Encoding.UTF8.GetBytes(body)), type, key, query, caller);

    private async Task<HttpResponseMessage> SendAsync(
        HttpContent body,
        string? type = BulkFormat.Ndjson,
        string? key = "file",
        string query = "",
        HttpClient? caller = null
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"bulk-orders{query}") { Content = body };
        if (type is not null)
            body.Headers.TryAddWithoutValidation("Content-Type", type);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await (caller ?? _alice).SendAsync(request, TestContext.Current.CancellationToken);
    }

    private IEnumerable<string> Paths() => _sidecar.Calls.Select(c => c.Path["/v1.0/invoke/orders/method/".Length..]);

    private List<BulkRow> Rows() =>
        [
            .. _sidecar
                .Calls.Where(c => c.Path.EndsWith("/rows"))
                .SelectMany(c => JsonSerializer.Deserialize<BulkRows>(c.Body, JsonSerializerOptions.Web)!.Rows),
        ];

    /// <summary>The problem's detail.</summary>
    private static async Task<string> IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode).Should().Be(status);
        body.GetProperty("type").GetString().Should().EndWith($":{kind}");
        return body.GetProperty("detail").GetString()!;
    }

    private sealed class PushStream(Func<Stream, Task> write) : HttpContent
    {
        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => write(stream);

        protected override bool TryComputeLength(out long length) => (length = 0) != 0;
    }
}
