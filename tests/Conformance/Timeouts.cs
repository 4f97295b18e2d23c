using System.Globalization;
using System.Runtime.CompilerServices;
using DaprShop.TestKit;

namespace DaprShop.Conformance;

/// <summary>Servers and sidecars start slowly on a busy machine: waits last up to five minutes.</summary>
internal static class Timeouts
{
    /// <summary><c>CONFORMANCE_PATIENCE</c> gives another number of seconds, for runs that are meant to fail.</summary>
    [ModuleInitializer]
    public static void Set()
    {
        Wait.Timeout = TimeSpan.FromSeconds(
            int.Parse(Environment.GetEnvironmentVariable("CONFORMANCE_PATIENCE") ?? "300", CultureInfo.InvariantCulture)
        );
        Wait.Interval = TimeSpan.FromMilliseconds(50);
    }
}
