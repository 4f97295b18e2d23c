using DaprShop.Inventory.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Inventory.Reading;

/// <summary>
/// Routes that do nothing: the baseline of <c>./shop bench reads</c>. They exist only with the setting
/// <c>Bench:Routes</c>, which the benchmark sets for an Inventory of its own.
/// </summary>
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
