using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>One reading as an object, or a page of at most <paramref name="take"/> as an array with a cursor.</summary>
internal sealed class StockResult(StockResponseWriter wire, IReadOnlyList<StockReadResult> found, int take = 0)
    : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        if (take == 0)
            wire.Write(httpContext.Response, found[0]);
        else
            wire.WritePage(httpContext.Response, found, found.Count == take ? found[^1].Stock.Sku : null);
        return Task.CompletedTask;
    }
}
