using Spectre.Console;

namespace DaprShop.Shop;

/// <summary>Prints tables. Redirected output has no width of its own, so it gets a fixed one.</summary>
internal static class ConsoleTable
{
    private const int WidthOfRedirectedOutput = 140;

    public static void Write(Table table)
    {
        if (Console.IsOutputRedirected)
            AnsiConsole.Profile.Width = WidthOfRedirectedOutput;
        AnsiConsole.Write(table);
    }
}
