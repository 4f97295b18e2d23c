using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Named points between one effect and the next, at which tests stop a process. In production they do nothing.
/// </summary>
public interface IFailpoints
{
    /// <summary>
    /// Marks that this process has reached the point <paramref name="name"/>; returns when it may go on.
    /// </summary>
    Task ReachAsync(string name);
}

/// <summary>Registers the failpoints.</summary>
public static class Failpoints
{
    /// <summary>
    /// Environment variable that names the folder of <see cref="FileFailpoints"/>; only tests set it.
    /// </summary>
    public const string Variable = "SHOP_FAILPOINTS";

    /// <summary>Failpoints that do nothing, unless <see cref="Variable"/> is set.</summary>
    public static IServiceCollection AddShopFailpoints(this IServiceCollection services) =>
        services.AddSingleton<IFailpoints>(
            Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } folder
                ? new FileFailpoints(folder)
                : NoFailpoints.Instance
        );
}

/// <summary>Failpoints that do nothing.</summary>
public sealed class NoFailpoints : IFailpoints
{
    /// <summary>The one instance; it has no state.</summary>
    public static IFailpoints Instance { get; } = new NoFailpoints();

    /// <inheritdoc />
    public Task ReachAsync(string name) => Task.CompletedTask;
}

/// <summary>
/// Failpoints controlled by files: the first process that reaches a point for which <paramref name="folder"/> holds a
/// file of that name renames the file to <c>NAME.reached</c> and waits until it is deleted. Slashes in names become
/// hyphens.
/// </summary>
public sealed class FileFailpoints(string folder) : IFailpoints
{
    /// <summary>Appended to a file's name when a process has reached its point.</summary>
    public const string Reached = ".reached";

    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(10);

    /// <inheritdoc />
    public async Task ReachAsync(string name)
    {
        var file = Path.Combine(folder, name.Replace('/', '-'));
        if (!File.Exists(file))
            return;
        try
        {
            File.Move(file, file + Reached);
        }
        catch (FileNotFoundException)
        {
            // Another process reached the point at the same time and stops there.
            return;
        }

        using var timer = new PeriodicTimer(Interval);
        while (File.Exists(file + Reached))
            await timer.WaitForNextTickAsync();
    }
}
