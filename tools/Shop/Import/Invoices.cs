namespace DaprShop.Shop.Import;

/// <summary>An invoice with its imported lines: an order or a credit note.</summary>
internal sealed record Invoice(string Number, IReadOnlyList<RetailLine> Lines)
{
    public bool IsReturn => RetailLine.IsCredit(Number);
}

/// <summary>Groups lines into invoices, and invoices into batches.</summary>
internal static class Invoices
{
    private const int MaxInvoicesPerBatch = 25;
    private const int MaxLinesPerBatch = 1_000;

    /// <summary>Consecutive invoices, in batches of at most 25 invoices and about 1,000 lines.</summary>
    public static IEnumerable<IReadOnlyList<Invoice>> InBatches(IEnumerable<Invoice> invoices)
    {
        var (batch, lines) = (new List<Invoice>(MaxInvoicesPerBatch), 0);
        foreach (var invoice in invoices)
        {
            if (
                batch.Count == MaxInvoicesPerBatch
                || (batch.Count > 0 && lines + invoice.Lines.Count > MaxLinesPerBatch)
            )
            {
                yield return batch;
                (batch, lines) = (new List<Invoice>(MaxInvoicesPerBatch), 0);
            }

            batch.Add(invoice);
            lines += invoice.Lines.Count;
        }

        if (batch.Count > 0)
            yield return batch;
    }

    /// <summary>
    /// The planned invoices, each as soon as its last line was read; only incomplete ones are held in memory. Invoices
    /// with nothing to import are left out.
    /// </summary>
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
