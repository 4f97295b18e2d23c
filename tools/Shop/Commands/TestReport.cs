using System.Globalization;
using System.Text.RegularExpressions;

namespace DaprShop.Shop.Commands;

/// <summary>
/// Reads what <c>dotnet test</c> prints, and tells at the end what matters: each test that failed, with its cause, and the counts. Of a run's output CI keeps the end only.
/// </summary>
internal sealed partial class TestReport
{
    private readonly Dictionary<string, int> _counts = new()
    {
        ["succeeded"] = 0,
        ["failed"] = 0,
        ["skipped"] = 0,
    };
    private readonly List<string> _failures = [];
    private bool _failing;

    public void Read(string line)
    {
        if (
            line.Split(':') is [var name, var number]
            && _counts.ContainsKey(name.Trim())
            && int.TryParse(number, CultureInfo.InvariantCulture, out var count)
        )
            _counts[name.Trim()] = count;
        // A failed test's line, and below it, indented, its message and stack; of that the frames of libraries tell nothing.
        _failing = Failed().IsMatch(line) || (_failing && (line.Length == 0 || line[0] == ' '));
        if (_failing && !Library().IsMatch(line))
            _failures.Add(line);
    }

    /// <inheritdoc />
    public override string ToString() =>
        string.Concat(_failures.Select(line => line + Environment.NewLine))
        + $"{_counts["succeeded"]} passed, {_counts["failed"]} failed, {_counts["skipped"]} skipped";

    [GeneratedRegex(@"^failed \S.* \([^()]*\)$")]
    private static partial Regex Failed();

    [GeneratedRegex(@"^\s+at (?!.* in .*:\d+$)")]
    private static partial Regex Library();
}
