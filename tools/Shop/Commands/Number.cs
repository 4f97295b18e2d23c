using System.CommandLine;
using System.Globalization;

namespace DaprShop.Shop.Commands;

/// <summary>Options that are whole numbers.</summary>
internal static class Number
{
    /// <summary>Null where it is not given.</summary>
    public static Option<int?> Option(string name, string description, int least) =>
        new(name)
        {
            Description = description,
            CustomParser = given =>
            {
                if (
                    int.TryParse(given.Tokens[0].Value, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                )
                    return number;
                given.AddError($"{name} is a whole number, at least {least}: not '{given.Tokens[0].Value}'.");
                return null;
            },
        };
}
