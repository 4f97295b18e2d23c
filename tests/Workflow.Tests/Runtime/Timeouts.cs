using System.Runtime.CompilerServices;
using DaprShop.TestKit;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>A workflow recovers slowly on a busy machine: waits last up to two minutes.</summary>
internal static class Timeouts
{
    [ModuleInitializer]
    public static void Set() => Wait.Timeout = TimeSpan.FromMinutes(2);
}
