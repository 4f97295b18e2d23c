using System.Globalization;

namespace DaprShop.Shop.Commands;

/// <summary>Reads the summary that <c>dotnet test</c> prints at its end.</summary>
internal sealed class TestCounts
{
    private readonly Dictionary<string, int> _counts = new() { ["succeeded"] = 0, ["failed"] = 0, ["skipped"] = 0 };

    public void Read(string line)
    {
        if (line.Split(':') is [var name, var number] && _counts.ContainsKey(name.Trim()) && int.TryParse(number, CultureInfo.InvariantCulture, out var count))
            _counts[name.Trim()] = count;
    }

    /// <inheritdoc />
    public override string ToString() => $"{_counts["succeeded"]} passed, {_counts["failed"]} failed, {_counts["skipped"]} skipped";
}
