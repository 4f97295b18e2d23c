using DaprShop.Contracts;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.OpenApi;

namespace DaprShop.Orders.Bulk;

/// <summary>Describes the file, which the gateway cuts up: Orders' own route has no body.</summary>
internal static class BulkFileDescription
{
    public static Task AddAsync(
        OpenApiOperation operation,
        OpenApiOperationTransformerContext context,
        CancellationToken cancellationToken
    )
    {
        operation.Description = """
            The file is streamed in; it may have any length. The answer comes when all of it is durable. An upload that was cut is taken up by sending the same file with the same
            Idempotency-Key; so is one that is sent twice: the same job answers, and nothing is added. A row that names no `key` of its own has `<Idempotency-Key>:<row>`.
            """;
        operation.RequestBody = new OpenApiRequestBody
        {
            Required = true,
            Description =
                "One JSON object a line, as `POST /orders` takes it, with an optional `key`; or CSV with a header of sku, quantity, token and, optionally, key, customer, unitPrice, onShortage: consecutive lines of one key are one order.",
            Content = new Dictionary<string, OpenApiMediaType>
            {
                [BulkFormat.Ndjson] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
                [BulkFormat.Csv] = new() { Schema = new OpenApiSchema { Type = JsonSchemaType.String } },
            },
        };
        return Task.CompletedTask;
    }
}
