namespace DaprShop.Shop.Import;

/// <summary>What an import ends with; the names are those of <c>--json</c>.</summary>
/// <param name="Revenue">GBP, of the confirmed orders.</param>
/// <param name="Returns">GBP given back.</param>
/// <param name="Seconds">From the first order sent to the last one settled; opening stock and returns are not in it.</param>
/// <param name="CpuMsPerOrder">Of the shop's processes in that time; empty where it cannot be told.</param>
/// <param name="Repeated">Requests that had to be sent again.</param>
internal sealed record ImportResult(
    int Orders,
    int Lines,
    int Confirmed,
    int Rejected,
    int Backordered,
    long UnitsSold,
    decimal Revenue,
    decimal Returns,
    double Seconds,
    double OrdersPerSecond,
    bool Reconciled,
    int Repeated,
    long PeakMemoryMb,
    IReadOnlyDictionary<string, double> CpuMsPerOrder,
    IReadOnlyList<Figure> Figures
);
