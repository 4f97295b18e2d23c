using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Gateway.ApiDocuments;

/// <summary><c>GET /openapi/v1.json</c>: the API of all services, limited to the routes of the gateway.</summary>
internal static class GetOpenApi
{
    public static async Task<ContentHttpResult> HandleAsync(
        OpenApiDocuments documents,
        CancellationToken cancellationToken
    ) => TypedResults.Text(await documents.GetMergedAsync(cancellationToken), "application/json");
}
