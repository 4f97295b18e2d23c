using System.Globalization;

namespace DaprShop.Shop.Supervision;

/// <summary>The supervisor's own log, <c>.shop/logs/shop.log</c>: what it started, what died, what it did about it.</summary>
internal static class Log
{
    private static readonly Lock Turn = new();
    private static string? _file;

    public static void To(string file) => _file = file;

    public static void Line(string text)
    {
        if (_file is null)
            return;
        lock (Turn)
            File.AppendAllText(
                _file,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {text}{Environment.NewLine}"
                )
            );
    }
}
