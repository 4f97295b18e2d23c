using System.Globalization;
using CsvHelper;
using DaprShop.Contracts;
using SharpCompress.Compressors.Xz;

namespace DaprShop.Shop.Import;

/// <summary>Invoice lines that can be read repeatedly, in the same order, without holding them in memory.</summary>
/// <param name="Name">The prefix of every idempotency key of the import.</param>
/// <param name="Identity">Identifies the input.</param>
internal sealed record RetailSource(string Name, string Identity, Func<IEnumerable<RetailLine>> Read)
{
    private const string SampleName = "sample";

    private static readonly CsvReaderOptions Format = new()
    {
        Separator = ',',
        MalformedData = CsvMalformedDataHandling.Throw,
        MissingField = CsvMissingFieldHandling.Throw,
        TrackLineNumbers = true,
        PoolStrings = true,
    };

    public static RetailSource Of(string argument)
    {
        if (argument == SampleName)
            return new RetailSource(SampleName, SampleName, Sample.Lines);
        var file = new FileInfo(argument);
        return file.Exists
            ? new RetailSource("retail", $"{file.Name} ({file.Length} bytes)", () => ReadFile(file.FullName))
            : throw new ShopException(
                $"The file {argument} does not exist. Give the path of the retail file (.csv or .csv.xz), or `sample` "
                    + "for 100 generated orders."
            );
    }

    private static IEnumerable<RetailLine> ReadFile(string path)
    {
        using Stream file = File.OpenRead(path);
        using var text = new StreamReader(
            path.EndsWith(".xz", StringComparison.OrdinalIgnoreCase) ? new XZStream(file) : file
        );
        foreach (var line in ReadCsv(text))
            yield return line;
    }

    /// <summary>
    /// The lines of a file with the columns InvoiceNo, StockCode, Description, Quantity, InvoiceDate, UnitPrice,
    /// CustomerID, Country.
    /// </summary>
    public static IEnumerable<RetailLine> ReadCsv(TextReader text)
    {
        using var csv = CsvReader.Create(text, Format);
        if (
            csv.Headers
            is not [
                "InvoiceNo",
                "StockCode",
                "Description",
                "Quantity",
                "InvoiceDate",
                "UnitPrice",
                "CustomerID",
                "Country",
            ]
        )
            throw new ShopException(
                "This is not the retail file. Its first line must be "
                    + "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country."
            );
        while (csv.Read())
            yield return Named(Parse(csv), csv.LineNumber);
    }

    private static RetailLine Parse(CsvReader csv)
    {
        try
        {
            return new RetailLine(
                csv.GetString(0),
                csv.GetString(1),
                csv.GetString(2),
                int.Parse(csv.GetString(3), CultureInfo.InvariantCulture),
                decimal.Parse(csv.GetString(5), NumberStyles.Float, CultureInfo.InvariantCulture),
                Customer(csv.GetString(6))
            );
        }
        catch (Exception e) when (e is FormatException or IndexOutOfRangeException)
        {
            throw new ShopException(
                $"Line {csv.LineNumber} of the file is malformed: {csv.Current.ToString().TrimEnd()} Correct or delete "
                    + "it, and import again."
            );
        }
    }

    // The shop would refuse them one by one, and one of the requests in the middle of the import.
    private static RetailLine Named(RetailLine line, long number)
    {
        var refused =
            !Names.IsValid(line.Sku, Names.MaxItemLength) ? ("StockCode", line.Sku, Names.MaxItemLength)
            : !Names.IsValid(line.Invoice, Names.MaxKeyLength) ? ("InvoiceNo", line.Invoice, Names.MaxKeyLength)
            : line.Customer is not null && !Names.IsValid(line.Customer, Names.MaxPersonLength)
                ? ("CustomerID", line.Customer, Names.MaxPersonLength)
            : ((string Column, string Value, int Length)?)null;
        return refused is var (column, value, length)
            ? throw new ShopException(
                $"Line {number} of the file: the {column} '{value}' must have {Names.Rule(length)}."
            )
            : line;
    }

    // The program that wrote the file treated ids as numbers: 17850.0.
    private static string? Customer(string id) =>
        id.Length == 0 ? null
        : id.EndsWith(".0", StringComparison.Ordinal) ? id[..^2]
        : id;
}
