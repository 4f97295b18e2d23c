using System.Globalization;

namespace DaprShop.TestKit;

/// <summary>
/// The part of each campaign that a test run takes. It rotates by date, so that a number of days covers the whole
/// campaign; <c>./shop test --slice DATE</c> repeats a day's, <c>./shop test --all</c> runs campaigns at full size.
/// </summary>
public sealed class Slice
{
    private const string Variable = "SHOP_TEST_SLICE";
    private const string DateFormat = "yyyy-MM-dd";
    private const string Full = "all";

    private Slice(string name)
    {
        Name = name;
        Day = name == Full ? 0 : DateOnly.ParseExact(name, DateFormat, CultureInfo.InvariantCulture).DayNumber;
    }

    /// <summary>This run's slice: what the environment names, else today's.</summary>
    public static Slice Current { get; } =
        new(
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } name
                ? name
                : TimeProvider.System.GetUtcNow().ToString(DateFormat, CultureInfo.InvariantCulture)
        );

    /// <summary>The date, or <c>all</c>.</summary>
    public string Name { get; }

    /// <summary>Days since 0001-01-01; 0 for campaigns at full size. Seeds are made of it.</summary>
    public int Day { get; }

    /// <summary>Whether campaigns run at full size.</summary>
    public bool IsFull => Name == Full;

    /// <summary>
    /// Chooses <paramref name="count"/> of <paramref name="all"/>: each day those that follow the ones of the day
    /// before. Prints the choice.
    /// </summary>
    public IReadOnlyList<T> Of<T>(string campaign, IReadOnlyList<T> all, int count)
    {
        if (IsFull || count >= all.Count)
            return all;
        var first = (int)((long)Day * count % all.Count);
        T[] chosen = [.. Enumerable.Range(first, count).Select(index => all[index % all.Count])];
        Say(campaign, $"{count} of {all.Count}: {string.Join("; ", chosen)}");
        return chosen;
    }

    /// <summary>
    /// The size of a campaign: the number in the environment variable <paramref name="variable"/>, else
    /// <paramref name="full"/> where campaigns run at full size, else <paramref name="part"/>.
    /// </summary>
    public int Size(string variable, int part, int full) =>
        Environment.GetEnvironmentVariable(variable) is { Length: > 0 } text
            ? int.Parse(text, CultureInfo.InvariantCulture)
        : IsFull ? full
        : part;

    /// <summary>A seed for random numbers, the same for each run of the slice. Prints it.</summary>
    public int Seed(string campaign)
    {
        var seed = Day;
        Say(campaign, $"seed {seed}");
        return seed;
    }

    /// <summary>Prints a line that `./shop test` shows.</summary>
    public void Say(string campaign, string text) => Console.WriteLine($"slice {Name}, {campaign}: {text}");
}
