using System.Text.Json;
using DaprShop.Inventory.Cache;

namespace DaprShop.Inventory.Features;

/// <summary>Writes readings as they are kept: as bytes. One is an object, a page of at most <paramref name="take"/> an array with a cursor.</summary>
internal sealed class StockResult(IReadOnlyList<FoundStock> readings, int take = 0) : IResult
{
    public Task ExecuteAsync(HttpContext httpContext)
    {
        var services = httpContext.RequestServices;
        var (metrics, now) = (services.GetRequiredService<CacheMetrics>(), services.GetRequiredService<TimeProvider>().GetUtcNow().ToUnixTimeMilliseconds());
        var response = httpContext.Response;
        response.ContentType = "application/json; charset=utf-8";
        var output = response.BodyWriter;
        if (take > 0) Write("""{"items":["""u8);
        for (var i = 0; i < readings.Count; i++)
        {
            if (i > 0) Write(","u8);
            var age = readings[i].Stock.AgeAt(now);
            metrics.Answered(readings[i].Layer, age);
            var length = StockAnswer.Write(output, readings[i], age);
            if (take == 0) response.ContentLength = length;
        }

        if (take > 0)
        {
            Write("""],"cursor":"""u8);
            Write(JsonSerializer.SerializeToUtf8Bytes(readings.Count == take ? readings[^1].Stock.Sku : null));
            Write("}"u8);
        }

        return Task.CompletedTask;

        void Write(ReadOnlySpan<byte> text)
        {
            text.CopyTo(output.GetSpan(text.Length));
            output.Advance(text.Length);
        }
    }
}
