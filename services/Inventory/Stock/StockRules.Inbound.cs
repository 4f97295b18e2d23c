using DaprShop.Inventory.Model;

namespace DaprShop.Inventory.Stock;

/// <summary>
/// Inbound documents: units announced by a supplier, or in transit between locations. They are not sold before they are
/// received.
/// </summary>
internal sealed partial class StockRules
{
    private object Decide(OpenInboundCommand open)
    {
        if (FindDocument(open.Reference) is not null)
            return new Refusal(RefusalKind.Exists, $"document '{open.Reference}'");
        var lines = SumBySku(open.Lines);
        if (CheckStocked(lines.Select(l => l.Sku)) is { } refusal)
            return refusal;
        if (
            open.Source is { } source
            && (open.Unavailable ? CheckSetAside(source, lines) : CheckAvailable(source, lines)) is { } missing
        )
            return missing;

        var cause = open.Because(open.Reference);
        Move(() =>
        {
            foreach (var (sku, quantity) in lines)
            {
                if (open.Source is { } from)
                    _stock.Move(
                        sku,
                        from,
                        MovementKind.Transferred,
                        -quantity,
                        Physical(-quantity, open.Unavailable),
                        cause
                    );
                _stock.Move(sku, open.Location, MovementKind.Expected, quantity, new(Incoming: quantity), cause);
            }
        });
        return Documents[open.Reference] = new InboundDocument(
            open.Reference,
            open.Location,
            open.Source,
            open.ExpectedAt,
            open.Source is null ? InboundState.Expected : InboundState.InTransit,
            open.Reason,
            [.. lines.Select(l => new InboundLine(l.Sku, (int)l.Quantity, 0, 0))],
            open.Unavailable
        );
    }

    private object Decide(ReceiveInboundCommand receive)
    {
        if (FindDocument(receive.Reference) is not { } document)
            return new Refusal(RefusalKind.NotFound, $"document '{receive.Reference}'");
        if (HasEnded(document))
            return new Refusal(RefusalKind.Ended, $"document '{receive.Reference}'", State: document.State);
        var lines = SumBySku(receive.Lines).ToDictionary(w => w.Sku, w => (int)w.Quantity, StringComparer.Ordinal);
        if (lines.Keys.FirstOrDefault(sku => document.Lines.All(l => l.Sku != sku)) is { } unannounced)
            return new Refusal(RefusalKind.UnknownSku, unannounced);

        // A supplier may deliver more than was announced, with a reason. Units in transit cannot become more.
        if (
            document.Lines.FirstOrDefault(l => lines.GetValueOrDefault(l.Sku) > l.Remaining) is { } over
            && (document.Source is not null || receive.Reason is null)
        )
            return new Refusal(RefusalKind.TooMany, over.Sku, State: over.Remaining);

        if (
            document.Lines.FirstOrDefault(l =>
                (long)l.Received + lines.GetValueOrDefault(l.Sku) > StockLimits.MaxReceived
            ) is
            { } beyond
        )
            return new Refusal(
                RefusalKind.TooMany,
                beyond.Sku,
                State: Math.Max(StockLimits.MaxReceived - beyond.Received, 0)
            );

        var kind = document.Source is null ? MovementKind.Received : MovementKind.Transferred;
        Move(() =>
        {
            foreach (var line in document.Lines.Where(l => lines.ContainsKey(l.Sku)))
            {
                _stock.Move(
                    line.Sku,
                    document.Location,
                    kind,
                    lines[line.Sku],
                    Physical(lines[line.Sku], document.Unavailable || receive.Unavailable)
                        + new Quantities(Incoming: -Math.Min(lines[line.Sku], line.Remaining)),
                    receive.Because(document.Reference),
                    1 + line.Received
                );
            }
        });
        var now = document with
        {
            Lines = [.. document.Lines.Select(l => l with { Received = l.Received + lines.GetValueOrDefault(l.Sku) })],
            Reason = receive.Reason ?? document.Reason,
        };
        Documents[document.Reference] = now with
        {
            State = now.Lines.All(l => l.Remaining == 0) ? InboundState.Received : InboundState.PartiallyReceived,
        };
        ServeQueue(lines.Keys);
        return Documents[document.Reference];
    }

    private object Decide(ChangeInboundCommand change)
    {
        if (FindDocument(change.Reference) is not { } document)
            return new Refusal(RefusalKind.NotFound, $"document '{change.Reference}'");
        if (HasEnded(document))
            return new Refusal(RefusalKind.Ended, $"document '{change.Reference}'", State: document.State);
        return Documents[document.Reference] = document with
        {
            ExpectedAt = change.ExpectedAt,
            Reason = change.Reason ?? document.Reason,
        };
    }

    private object Decide(CloseInboundCommand close)
    {
        if (FindDocument(close.Reference) is not { } document)
            return new Refusal(RefusalKind.NotFound, $"document '{close.Reference}'");
        if (HasEnded(document))
            return new Refusal(RefusalKind.Ended, $"document '{close.Reference}'", State: document.State);
        if (close.ReturnsToSource && document.Source is null)
            return new Refusal(RefusalKind.NoSource, close.Reference);
        var cause = close.Because(document.Reference);
        Move(() =>
        {
            foreach (var line in document.Lines.Where(l => l.Remaining > 0))
            {
                _stock.Move(
                    line.Sku,
                    document.Location,
                    MovementKind.Expected,
                    -line.Remaining,
                    new(Incoming: -line.Remaining),
                    cause,
                    step: 1
                );
                if (close.ReturnsToSource && document.Source is { } source)
                    _stock.Move(
                        line.Sku,
                        source,
                        MovementKind.Transferred,
                        line.Remaining,
                        Physical(line.Remaining, document.Unavailable),
                        cause,
                        step: 1
                    );
            }
        });
        Documents[document.Reference] = document with
        {
            State = document.Lines.Any(l => l.Received > 0) ? InboundState.Received : InboundState.Cancelled,
            Lines = [.. document.Lines.Select(l => l with { Closed = l.Closed + l.Remaining })],
            Reason = close.Reason,
        };
        ServeQueue(document.Lines.Select(l => l.Sku));
        return Documents[document.Reference];
    }

    private InboundDocument? FindDocument(string reference) =>
        Documents.GetValueOrDefault(reference) ?? _loaded.Documents.GetValueOrDefault(reference);

    private static bool HasEnded(InboundDocument document) =>
        document.State is InboundState.Received or InboundState.Cancelled;
}
