namespace DaprShop.Inventory.Stock;

/// <summary>Rules about the names of locations.</summary>
internal static class LocationRules
{
    private const int MaxNamed = 5;

    /// <summary>The names that are spelt like <paramref name="name"/>, the most alike first.</summary>
    public static IReadOnlyList<string> Alike(string name, IReadOnlyList<string> names)
    {
        var most = Math.Max(2, name.Length / 3);
        return
        [
            .. names
                .Select(n => (Name: n, Distance: Distance(name.ToUpperInvariant(), n.ToUpperInvariant())))
                .Where(n => n.Distance <= most)
                .OrderBy(n => n.Distance)
                .ThenBy(n => n.Name, StringComparer.Ordinal)
                .Take(MaxNamed)
                .Select(n => n.Name),
        ];
    }

    /// <summary>Characters to insert, delete or replace (Levenshtein).</summary>
    private static int Distance(string one, string other)
    {
        var row = Enumerable.Range(0, other.Length + 1).ToArray();
        for (var i = 1; i <= one.Length; i++)
        {
            var (diagonal, left) = (row[0], i);
            row[0] = i;
            for (var j = 1; j <= other.Length; j++)
            {
                var cost = one[i - 1] == other[j - 1] ? 0 : 1;
                var best = Math.Min(Math.Min(left, row[j]) + 1, diagonal + cost);
                (diagonal, row[j], left) = (row[j], best, best);
            }
        }

        return row[^1];
    }
}
