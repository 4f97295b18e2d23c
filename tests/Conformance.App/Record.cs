using System.Globalization;

namespace DaprShop.Conformance.App;

/// <summary>
/// Appends a line per event. A written line is with the operating system: killing the process does not lose it.
/// </summary>
internal sealed class Record(AppSettings settings)
{
    private readonly Lock _oneAtATime = new();

    public void Add(string what, string subject, long number)
    {
        var at = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        lock (_oneAtATime)
            File.AppendAllText(
                settings.RecordFile,
                string.Create(CultureInfo.InvariantCulture, $"{what} {subject} {number} {at}\n")
            );
    }
}
