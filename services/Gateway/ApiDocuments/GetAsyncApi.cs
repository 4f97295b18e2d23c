using System.Text.Encodings.Web;
using System.Text.Json;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary><c>GET /asyncapi/v1.json</c>: the events of all services. docs/asyncapi.json is a copy of it.</summary>
internal static class GetAsyncApi
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document as it is served.</summary>
    public static string Document { get; } = AsyncApiDocument.Create().ToJsonString(Readable) + "\n";

    public static ContentHttpResult Handle() => TypedResults.Text(Document, "application/json");
}
