using System.Collections.Concurrent;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit.Servers;

/// <summary>
/// Whatever is still running when the test process ends is killed: nothing is left behind by a run that was cut short.
/// </summary>
internal static class Orphans
{
    private static readonly ConcurrentQueue<OwnedProcess> All = new();

    static Orphans() =>
        AppDomain.CurrentDomain.ProcessExit += (_, _) =>
        {
            foreach (var process in All)
                process.Identity.Send(ProcessSignal.Kill);
        };

    public static void Add(OwnedProcess process) => All.Enqueue(process);
}
