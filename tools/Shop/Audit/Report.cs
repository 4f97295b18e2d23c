namespace DaprShop.Shop.Audit;

/// <summary>Something that should not be.</summary>
internal sealed record Violation(string Subject, string Detail);

/// <summary>What came of one check in one database.</summary>
/// <param name="Checked">How many things were looked at.</param>
/// <param name="Violations">How many of them violate it.</param>
/// <param name="First">The first of these.</param>
/// <param name="Skipped">True where the shop would have had to be at rest.</param>
internal sealed record Finding(
    Check Check,
    string Database,
    long Checked,
    long Violations,
    IReadOnlyList<Violation> First,
    bool Skipped
);

/// <summary>All that an audit found.</summary>
/// <param name="Unrest">Why what holds at rest was not checked; empty where it was.</param>
/// <param name="Parked">Messages that consumers have set aside.</param>
internal sealed record Report(IReadOnlyList<Finding> Findings, IReadOnlyList<string> Unrest, long Parked)
{
    public long Violations => Findings.Sum(f => f.Violations);
}
