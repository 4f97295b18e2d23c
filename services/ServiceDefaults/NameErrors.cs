using DaprShop.Contracts;

namespace DaprShop.ServiceDefaults;

/// <summary>Says in a validation error what a name must be.</summary>
public static class NameErrors
{
    /// <summary>Adds an error where <paramref name="name"/> is not a name; null is left to the caller.</summary>
    public static void AddName(this List<ValidationError> errors, string field, string? name, int maxLength)
    {
        if (name is not null && !Names.IsValid(name, maxLength))
            errors.Add(Of(field, maxLength));
    }

    /// <summary>The error of a name that is none.</summary>
    public static ValidationError Of(string field, int maxLength) => new(field, $"Must have {Names.Rule(maxLength)}.");
}
