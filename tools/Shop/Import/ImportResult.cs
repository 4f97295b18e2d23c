namespace DaprShop.Shop.Import;

/// <summary>The result of an import; the member names are those of <c>--json</c>.</summary>
/// <param name="Revenue">GBP of the confirmed orders.</param>
/// <param name="Returns">GBP refunded.</param>
/// <param name="Seconds">From the first order sent to the last one settled; without opening stock and returns.</param>
/// <param name="CpuMsPerOrder">CPU time of the shop's processes in that time; empty where it is unknown.</param>
/// <param name="Repeated">The number of repeated requests.</param>
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
