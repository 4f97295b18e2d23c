using DaprShop.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DaprShop.Orders.Bulk;

/// <summary>Describes the uploaded file, which the gateway splits into rows: Orders' own route has no body.</summary>
internal static class BulkFileDescription
{
    public static Task AddAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        operation.Description = """
            The file is streamed and may have any length. The response is sent when all rows are durable. To resume an
            interrupted upload, send the same file with the same Idempotency-Key; the same job is returned, and nothing is
            added twice.
            A row without a `key` of its own has the key `<Idempotency-Key>:<row>`.
            """;
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description = """
                NDJSON: one JSON object per line, as for `POST /orders`, with an optional `key`. CSV: a header with sku,
                quantity and token, and optionally key, customer, unitPrice and onShortage; consecutive lines with the
                same key are one order.
                """,
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [BulkFormat.Ndjson] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                [BulkFormat.Csv] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        };
        return Task.CompletedTask;
    }
}
