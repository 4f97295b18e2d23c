using System.Runtime.CompilerServices;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>A shop heals slowly on a busy machine: waits last up to five minutes.</summary>
internal static class Timeouts
{
    [ModuleInitializer]
    public static void Set()
    {
        Wait.Timeout = TimeSpan.FromMinutes(5);
        Wait.Interval = TimeSpan.FromMilliseconds(50);
    }
}
