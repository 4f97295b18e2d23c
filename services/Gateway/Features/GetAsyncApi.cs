using System.Text.Encodings.Web;
using System.Text.Json;
using DaprShop.Gateway.Domain;

namespace DaprShop.Gateway.Features;

/// <summary><c>GET /asyncapi/v1.json</c>: what the services tell each other. docs/asyncapi.json is a copy of it.</summary>
internal static class GetAsyncApi
{
    private static readonly JsonSerializerOptions Readable = new()
    {
        WriteIndented = true,
        Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping,
    };

    /// <summary>The document, as it is served and kept.</summary>
    public static string Document { get; } = AsyncApiDocument.Create().ToJsonString(Readable) + "\n";

    public static void MapGetAsyncApi(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/asyncapi/v1.json", () => Results.Text(Document, "application/json")).ExcludeFromDescription();
}
