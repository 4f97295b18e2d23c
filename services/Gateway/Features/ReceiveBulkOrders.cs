using System.IO.Pipelines;
using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Domain;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Net.Http.Headers;

namespace DaprShop.Gateway.Features;

/// <summary>
/// <c>POST /bulk-orders</c>: a file of any length. It is cut at line ends into stretches that sidecars can carry; each is durable at Orders
/// before the next is read, so that the memory this takes is that of one stretch, and who sends too fast waits.
/// </summary>
internal static class ReceiveBulkOrders
{
    private const int MaxRows = 1_000;

    // Escaped as JSON, control characters take six times their length: with the longest line still less than a sidecar's limit.
    private const int MaxBytes = 256 * 1024;
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 64 * 1024, leaveOpen: true);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static void MapReceiveBulkOrders(this IEndpointRouteBuilder routes) =>
        routes.MapPost("/bulk-orders", HandleAsync).RequireAuthorization(Identity.Customer).ExcludeFromDescription();

    private static async Task HandleAsync(HttpContext context, IdempotencyKey key, BulkDoor door)
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var type = MediaTypeHeaderValue.TryParse(context.Request.ContentType, out var parsed)
            ? parsed.MediaType.Value
            : null;
        if (type is not (BulkFormat.Ndjson or BulkFormat.Csv))
        {
            await Problems
                .Of(
                    415,
                    "unsupported-media-type",
                    "Unsupported media type",
                    $"Send {BulkFormat.Ndjson} or {BulkFormat.Csv}."
                )
                .ExecuteAsync(context);
            return;
        }

        await using var lines = FileLines
            .ReadAsync(PipeReader.Create(context.Request.Body, Buffers), BulkFormat.MaxLineLength)
            .GetAsyncEnumerator(CancellationToken.None);
        IRowReader reader = new NdjsonRows();
        if (type == BulkFormat.Csv)
        {
            var first = await lines.MoveNextAsync() ? lines.Current.Text : null;
            if (CsvHeader.Parse(first, out var fault) is not { } header)
            {
                await Problems.Invalid([new("", fault)]).ExecuteAsync(context);
                return;
            }

            reader = new CsvRows(header);
        }

        var onError = context.Request.Query.TryGetValue("onError", out var policy)
            ? $"?onError={Uri.EscapeDataString(policy.ToString())}"
            : "";
        using var opened = await door.PostAsync(context, $"bulk-orders{onError}", null);
        if (!opened.IsSuccessStatusCode)
        {
            await BulkDoor.PassOnAsync(opened, context);
            return;
        }

        var job = (await opened.Content.ReadFromJsonAsync<BulkJobId>(Json, context.RequestAborted))!.Id;
        var (chunk, bytes, rows) = (new List<BulkRow>(), 0, 0);
        for (var more = true; more; )
        {
            more = await lines.MoveNextAsync();
            foreach (var row in more ? reader.Take(lines.Current) : reader.End())
            {
                chunk.Add(row);
                bytes += Encoding.UTF8.GetByteCount(row.Body ?? "");
                rows++;
            }

            if (chunk.Count == 0 || (more && chunk.Count < MaxRows && bytes < MaxBytes))
                continue;
            await Steps.ReachAsync("passing-rows");
            using var kept = await door.PostAsync(
                context,
                $"bulk-orders/{job}/rows",
                JsonSerializer.SerializeToUtf8Bytes(new BulkRows(chunk), Json)
            );
            if (!kept.IsSuccessStatusCode)
            {
                await BulkDoor.PassOnAsync(kept, context);
                return;
            }

            await Steps.ReachAsync("passed-rows");
            chunk.Clear();
            bytes = 0;
        }

        using var ended = await door.PostAsync(context, $"bulk-orders/{job}/end?rows={rows}", null);
        if (opened.Headers.TryGetValues(IdempotencyKey.ReplayedHeader, out var replayed))
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = replayed.ToArray();
        await BulkDoor.PassOnAsync(ended, context);
    }
}
