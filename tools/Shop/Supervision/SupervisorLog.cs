using System.Globalization;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// The supervisor's own log, <c>.shop/logs/shop.log</c>: the processes it started, the processes that died, and its
/// reaction. Before <see cref="Open"/> nothing is written.
/// </summary>
internal static class SupervisorLog
{
    private static readonly Lock WriteLock = new();
    private static string? _file;

    public static void Open(string file) => _file = file;

    public static void Write(string text)
    {
        if (_file is null)
            return;
        lock (WriteLock)
            File.AppendAllText(
                _file,
                string.Create(
                    CultureInfo.InvariantCulture,
                    $"{TimeProvider.System.GetUtcNow():HH:mm:ss.fff} {text}{Environment.NewLine}"
                )
            );
    }
}
