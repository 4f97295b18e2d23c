using System.CommandLine;
using System.Globalization;

namespace DaprShop.Shop.Commands;

/// <summary>Options whose value is a whole number.</summary>
internal static class WholeNumber
{
    /// <summary>
    /// The value is null where the option is absent; a value below <paramref name="least"/> is an error.
    /// </summary>
    public static Option<int?> Option(string name, string description, int least) =>
        new(name)
        {
            Description = description,
            CustomParser = parsed =>
            {
                if (
                    int.TryParse(parsed.Tokens[0].Value, CultureInfo.InvariantCulture, out var number)
                    && number >= least
                )
                    return number;
                parsed.AddError(
                    $"{name} must be a whole number of at least {least}, but is '{parsed.Tokens[0].Value}'."
                );
                return null;
            },
        };
}
