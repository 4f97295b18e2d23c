using System.Text.Json;

namespace DaprShop.Inventory.Model;

/// <summary>The names of states in the database and in events: the enum's names in snake_case.</summary>
internal static class EnumNames
{
    /// <summary>The name of a state.</summary>
    public static string Of<T>(T state)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    /// <summary>The state of a name.</summary>
    /// <exception cref="ArgumentException">No state has this name.</exception>
    public static T Parse<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
