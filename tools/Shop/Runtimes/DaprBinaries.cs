using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Runtimes;

/// <summary>The programs of the Dapr runtime, in the folder where the dapr CLI installs them.</summary>
internal sealed record DaprBinaries(string Daprd, string Placement, string Scheduler)
{
    /// <summary>Null where the runtime is not installed.</summary>
    public static DaprBinaries? Find()
    {
        var home = Environment.GetEnvironmentVariable("DAPR_RUNTIME_PATH")
            ?? Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);
        var folder = Path.Combine(home, ".dapr", "bin");
        return
            Executable.Find("daprd", folder) is { } daprd
            && Executable.Find("placement", folder) is { } placement
            && Executable.Find("scheduler", folder) is { } scheduler
            ? new(daprd, placement, scheduler)
            : null;
    }
}
