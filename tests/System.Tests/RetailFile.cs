using System.Globalization;
using System.Text;

namespace DaprShop.SystemTests;

/// <summary>
/// Generates a file in the format of the retail file: orders with repeated SKUs, services, write-offs and returns.
/// </summary>
internal static class RetailFile
{
    public static string Write(string path, int orders)
    {
        var random = new Random(20101201);
        var text = new StringBuilder(
            "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        );
        for (var i = 0; i < orders; i++)
        {
            var invoice = 500_000 + i;
            for (var line = random.Next(1, 7); line > 0; line--)
                Line(
                    text,
                    $"{invoice}",
                    $"{85_000 + random.Next(60)}",
                    random.Next(1, 13),
                    0.42m + (random.Next(400) / 100m),
                    random.Next(12_000, 12_100)
                );
            if (i % 9 == 0)
                Line(text, $"{invoice}", "POST", 1, 18m, 12_001);
            if (i % 25 == 0)
                Line(text, $"C{invoice}", $"{85_000 + random.Next(60)}", -random.Next(1, 4), 1.25m, 12_001);
            if (i % 40 == 0)
                Line(text, $"{700_000 + i}", $"{85_000 + random.Next(60)}", -5, 0m, null);
        }

        File.WriteAllText(path, text.ToString());
        return path;
    }

    private static void Line(
        StringBuilder text,
        string invoice,
        string sku,
        int quantity,
        decimal price,
        int? customer
    ) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"{invoice},{sku},ARTICLE {sku},{quantity},2010-12-01 08:26:00,{price},"
                + $"{(customer is null ? "" : $"{customer}.0")},United Kingdom\n"
        );
}
