using System.Buffers;
using System.Text.Json;
using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Reading;

/// <summary>Writes responses from cached bytes, and records them in the metrics.</summary>
internal sealed class StockResponseWriter(CacheMetrics metrics, TimeProvider time)
{
    private const string Json = "application/json; charset=utf-8";

    /// <summary>One SKU.</summary>
    public void Write(HttpResponse response, StockReadResult found)
    {
        response.ContentType = Json;
        response.ContentLength = Write(response.BodyWriter, found);
    }

    /// <summary>A page of SKUs, and the cursor of the next.</summary>
    public void WritePage(HttpResponse response, IReadOnlyList<StockReadResult> found, string? cursor)
    {
        response.ContentType = Json;
        var output = response.BodyWriter;
        output.Write("""{"items":["""u8);
        for (var i = 0; i < found.Count; i++)
        {
            if (i > 0)
                output.Write(","u8);
            Write(output, found[i]);
        }

        output.Write("""],"cursor":"""u8);
        output.Write(JsonSerializer.SerializeToUtf8Bytes(cursor));
        output.Write("}"u8);
    }

    private int Write(IBufferWriter<byte> output, StockReadResult found)
    {
        var age = found.Stock.AgeAt(time.GetUtcNow().ToUnixTimeMilliseconds());
        metrics.Answered(found.Layer, age);
        return StockResponse.Write(output, found, age);
    }
}
