namespace DaprShop.Shop.Import;

/// <summary>An invoice with all its lines that count: an order, or a credit note.</summary>
internal sealed record Invoice(string Number, IReadOnlyList<RetailLine> Lines)
{
    public bool IsReturn => RetailLine.IsCredit(Number);
}

internal static class Invoices
{
    private const int BulkInvoices = 25;
    private const int BulkLines = 1_000;

    /// <summary>Consecutive invoices, as many as make a request of decent size.</summary>
    public static IEnumerable<IReadOnlyList<Invoice>> InBulks(IEnumerable<Invoice> invoices)
    {
        var (bulk, lines) = (new List<Invoice>(BulkInvoices), 0);
        foreach (var invoice in invoices)
        {
            if (bulk.Count == BulkInvoices || (bulk.Count > 0 && lines + invoice.Lines.Count > BulkLines))
            {
                yield return bulk;
                (bulk, lines) = (new List<Invoice>(BulkInvoices), 0);
            }

            bulk.Add(invoice);
            lines += invoice.Lines.Count;
        }

        if (bulk.Count > 0)
            yield return bulk;
    }

    /// <summary>The planned invoices, each as soon as its last line was read; only unfinished ones are held. Those with nothing to import are left out.</summary>
    public static IEnumerable<Invoice> Of(IEnumerable<RetailLine> lines, ImportPlan plan)
    {
        var open = new Dictionary<string, (int Missing, List<RetailLine> Lines)>(StringComparer.Ordinal);
        foreach (var line in lines)
        {
            if (!plan.LinesOfInvoice.TryGetValue(line.Invoice, out var all))
                continue;
            var (missing, gathered) = open.GetValueOrDefault(line.Invoice, (all, []));
            if (line.IsSale || line.IsReturn)
                gathered.Add(line);
            if (missing > 1)
            {
                open[line.Invoice] = (missing - 1, gathered);
                continue;
            }

            open.Remove(line.Invoice);
            if (gathered.Count > 0)
                yield return new Invoice(line.Invoice, gathered);
        }
    }
}
