using System.Text.Json;

namespace DaprShop.Inventory.Model;

/// <summary>The names of states in the database: snake_case.</summary>
internal static class EnumNames
{
    public static string Of<T>(T state)
        where T : struct, Enum => JsonNamingPolicy.SnakeCaseLower.ConvertName(state.ToString());

    public static T Parse<T>(string name)
        where T : struct, Enum => Enum.Parse<T>(name.Replace("_", "", StringComparison.Ordinal), ignoreCase: true);
}
