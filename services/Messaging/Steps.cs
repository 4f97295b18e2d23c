namespace DaprShop.Messaging;

/// <summary>
/// Labelled places between one effect and the next. A test that names a folder by <c>SHOP_STEPS</c> and puts a file of
/// a label's name there stops the first process that comes by, kills what it wants, and lets it go on by deleting the
/// file. Without the folder, nothing happens here.
/// </summary>
public static class Steps
{
    /// <summary>Appended to the file's name when somebody has come by.</summary>
    public const string Reached = ".reached";

    private static readonly string? Folder = Environment.GetEnvironmentVariable("SHOP_STEPS");
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <summary>This process has come to <paramref name="label"/>.</summary>
    public static Task ReachAsync(string label) =>
        Folder is null ? Task.CompletedTask : StopAsync(Path.Combine(Folder, label.Replace('/', '-')));

    private static async Task StopAsync(string file)
    {
        if (!File.Exists(file))
            return;
        try
        {
            File.Move(file, file + Reached);
        }
        catch (FileNotFoundException)
        {
            // Somebody else has come by at the same time, and stops there.
            return;
        }

        using var timer = new PeriodicTimer(Interval);
        while (File.Exists(file + Reached))
            await timer.WaitForNextTickAsync();
    }
}
