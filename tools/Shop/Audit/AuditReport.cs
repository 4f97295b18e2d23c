namespace DaprShop.Shop.Audit;

/// <summary>One item that violates an invariant.</summary>
internal sealed record Violation(string Subject, string Detail);

/// <summary>The result of one check in one database.</summary>
/// <param name="Checked">The number of checked items.</param>
/// <param name="Violations">The number of violations.</param>
/// <param name="Examples">The first violations, at most <see cref="Auditor.MaxExamples"/>.</param>
/// <param name="Skipped">True where the check was left out because the shop was not idle.</param>
internal sealed record AuditFinding(
    InvariantCheck Check,
    string Database,
    long Checked,
    long Violations,
    IReadOnlyList<Violation> Examples,
    bool Skipped
);

/// <summary>The result of an audit.</summary>
/// <param name="ActiveWork">Why the checks that need an idle shop were left out; empty where they ran.</param>
/// <param name="Parked">The number of parked messages.</param>
internal sealed record AuditReport(IReadOnlyList<AuditFinding> Findings, IReadOnlyList<string> ActiveWork, long Parked)
{
    public long Violations => Findings.Sum(f => f.Violations);
}
