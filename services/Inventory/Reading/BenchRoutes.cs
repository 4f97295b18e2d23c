using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>What <c>./shop bench reads</c> compares with: routes that do nothing, in this very process. The gateway routes none of them.</summary>
internal static class BenchRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/bench/empty", Nothing).RequireAuthorization(Identity.Customer);
        routes.MapGet("/bench/bare", Nothing).ShortCircuit();
    }

    private static Task Nothing(HttpContext context)
    {
        context.Response.ContentLength = 0;
        return Task.CompletedTask;
    }
}
