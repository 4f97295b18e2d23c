using DaprShop.Gateway.Sidecar;
using Scalar.AspNetCore;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary>The shop's API as OpenAPI, its events as AsyncAPI, and a page to read the former.</summary>
internal static class ApiDocumentsModule
{
    private const string OpenApiPath = "/openapi/v1.json";

    public static IServiceCollection AddApiDocuments(this IServiceCollection services) =>
        services.AddSidecarClient(OpenApiDocuments.Client, OpenApiDocuments.Timeout).AddSingleton<OpenApiDocuments>();

    public static void MapApiDocuments(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(OpenApiPath, GetOpenApi.HandleAsync).ExcludeFromDescription();
        routes.MapGet("/asyncapi/v1.json", GetAsyncApi.Handle).ExcludeFromDescription();
        routes.MapScalarApiReference("/docs", page => page.WithTitle("DaprShop").WithOpenApiRoutePattern(OpenApiPath));
    }
}
