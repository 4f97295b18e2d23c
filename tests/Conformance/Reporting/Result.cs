using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Reporting;

/// <summary>The result of a row in a column.</summary>
/// <param name="Mark">✓, ✗ or –.</param>
internal sealed record Result(string Row, Column Column, char Mark, double Seconds, IReadOnlyList<string> Observations);
