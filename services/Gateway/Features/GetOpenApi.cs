namespace DaprShop.Gateway.Features;

/// <summary><c>GET /openapi/v1.json</c>: the API of the whole shop, as far as the gateway lets it through.</summary>
internal static class GetOpenApi
{
    public const string Path = "/openapi/v1.json";

    public static void MapGetOpenApi(this IEndpointRouteBuilder routes) =>
        routes
            .MapGet(Path, async (OpenApiDocuments documents, CancellationToken cancellationToken) =>
                Results.Text(await documents.MergedAsync(cancellationToken), "application/json")
            )
            .ExcludeFromDescription();
}
