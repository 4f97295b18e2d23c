using System.IO.Pipelines;
using System.Net.Http.Json;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Net.Http.Headers;

namespace DaprShop.Gateway.BulkUpload;

/// <summary>
/// <c>POST /bulk-orders</c>: receives a file of any length and passes it to Orders in batches that a sidecar can carry.
/// Orders stores each batch before the next is read, so the memory used is that of one batch, and a fast client is
/// slowed down.
/// </summary>
internal static class UploadBulkOrders
{
    private const int MaxBatchRows = 1_000;

    // JSON escapes a control character with six characters: even with the longest line a batch stays below the
    // sidecar's limit.
    private const int MaxBatchBytes = 256 * 1024;
    private static readonly StreamPipeReaderOptions Buffers = new(bufferSize: 64 * 1024, leaveOpen: true);
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    public static async Task<Results<ForwardedResult, ProblemHttpResult>> HandleAsync(
        HttpContext context,
        HttpRequest request,
        IdempotencyKey key,
        BulkOrdersClient orders,
        IFailpoints failpoints,
        string? onError = null
    )
    {
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } limit)
            limit.MaxRequestBodySize = null;
        var contentType = ParseContentType(context.Request.ContentType);
        var mediaType = contentType?.MediaType.Value?.ToLowerInvariant();
        if (mediaType is not (BulkFormat.Ndjson or BulkFormat.Csv))
            return Problems.Of(
                415,
                "unsupported-media-type",
                "Unsupported media type",
                $"The Content-Type must be {BulkFormat.Ndjson} or {BulkFormat.Csv}."
            );

        if (
            contentType?.Charset is { Length: > 0 } charset
            && contentType.Encoding is not (UTF8Encoding or ASCIIEncoding)
        )
            return Problems.Of(
                415,
                "unsupported-media-type",
                "Unsupported media type",
                $"The charset '{charset}' is not supported for files. Send UTF-8."
            );

        await using var lines = LineReader
            .ReadAsync(PipeReader.Create(request.Body, Buffers), BulkFormat.MaxLineLength)
            .GetAsyncEnumerator(CancellationToken.None);
        IRowReader reader = new NdjsonRowReader();
        if (mediaType == BulkFormat.Csv)
        {
            var firstLine = await lines.MoveNextAsync() ? lines.Current.Text : null;
            if (CsvHeader.Parse(firstLine, out var error) is not { } header)
                return Problems.Invalid([new("", error)]);
            reader = new CsvRowReader(header);
        }

        var created = await orders.PostAsync(context, $"bulk-orders{ErrorPolicy(onError)}", null);
        if (!created.IsSuccessStatusCode)
            return new ForwardedResult(created);

        var job = (await created.Content.ReadFromJsonAsync<BulkJobId>(Json, context.RequestAborted))!.Id;
        var isReplayed = created.Headers.TryGetValues(IdempotencyKey.ReplayedHeader, out var replayed);
        created.Dispose();

        var batch = new List<BulkRow>();
        var batchBytes = 0;
        var rows = 0;
        var more = true;
        while (more)
        {
            more = await lines.MoveNextAsync();
            foreach (var row in more ? reader.Read(lines.Current) : reader.Complete())
            {
                batch.Add(row);
                batchBytes += Encoding.UTF8.GetByteCount(row.Body ?? "");
                rows++;
            }

            if (batch.Count == 0 || (more && batch.Count < MaxBatchRows && batchBytes < MaxBatchBytes))
                continue;
            await failpoints.ReachAsync("uploading-rows");
            var json = JsonSerializer.SerializeToUtf8Bytes(new BulkRows(batch), Json);
            var stored = await orders.PostAsync(context, $"bulk-orders/{job}/rows", json);
            if (!stored.IsSuccessStatusCode)
                return new ForwardedResult(stored);
            stored.Dispose();
            await failpoints.ReachAsync("uploaded-rows");
            batch.Clear();
            batchBytes = 0;
        }

        var ended = await orders.PostAsync(context, $"bulk-orders/{job}/end?rows={rows}", null);
        if (isReplayed)
            context.Response.Headers[IdempotencyKey.ReplayedHeader] = replayed!.ToArray();
        return new ForwardedResult(ended);
    }

    private static MediaTypeHeaderValue? ParseContentType(string? contentType) =>
        MediaTypeHeaderValue.TryParse(contentType, out var parsed) ? parsed : null;

    private static string ErrorPolicy(string? onError) =>
        onError is null ? "" : $"?onError={Uri.EscapeDataString(onError)}";
}
