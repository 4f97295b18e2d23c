using System.Buffers;

namespace DaprShop.Contracts;

/// <summary>
/// What can be a name: a SKU, a location, a reference, an idempotency key, a customer's or an operator's name. Names
/// are parts of paths, which gateways and sidecars decode and encode again, and keys are sent in headers. So a name has
/// only characters that come through all of them unchanged.
/// </summary>
public static class Names
{
    /// <summary>Characters of a SKU, or of a location, at most.</summary>
    public const int MaxItemLength = 64;

    /// <summary>Characters of an idempotency key, or of a reference, at most.</summary>
    public const int MaxKeyLength = 255;

    /// <summary>Characters of a customer's or an operator's name, at most.</summary>
    public const int MaxPersonLength = 100;

    /// <summary>The rule without the length, for people.</summary>
    public const string Alphabet =
        "letters A to Z and a to z, digits, spaces and - _ . , : + = @ & | ~ ( ), of which the first is a letter, a "
        + "digit or _ and the last is not a space";

    private static readonly SearchValues<char> Letters = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_"
    );

    private static readonly SearchValues<char> Allowed = SearchValues.Create(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-.,:+=@&|~() "
    );

    /// <summary>True for a name that every door accepts.</summary>
    public static bool IsValid(string? name, int maxLength) =>
        name is { Length: > 0 }
        && name.Length <= maxLength
        && Letters.Contains(name[0])
        && name[^1] != ' '
        && !name.AsSpan().ContainsAnyExcept(Allowed);

    /// <summary>What a name of at most <paramref name="maxLength"/> characters must be, for people.</summary>
    public static string Rule(int maxLength) => $"1 to {maxLength} characters: {Alphabet}";
}
