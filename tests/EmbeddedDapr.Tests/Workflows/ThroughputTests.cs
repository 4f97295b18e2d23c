using System.Diagnostics;
using DaprShop.Workflow.Tests.Runtime;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>Says what workflows of three activities cost; run by name, on a quiet machine.</summary>
[Collection(RealDapr.Name)]
public sealed class ThroughputTests(SharedStack stack, ITestOutputHelper output)
{
    [Theory(Explicit = true)]
    [InlineData(1, 200)]
    [InlineData(20, 2000)]
    [InlineData(100, 5000)]
    public async Task Three_activities(int inFlight, int count)
    {
        await RunAsync(inFlight, 300);
        var (cpu, clock) = (Process.GetCurrentProcess().TotalProcessorTime, Stopwatch.StartNew());
        await RunAsync(inFlight, count);
        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var line = $"{inFlight} in flight: {count / clock.Elapsed.TotalSeconds:F0} workflows/s, {spent.TotalMilliseconds / count:F2} ms of CPU each (runtime, worker and client in one process, PostgreSQL not counted)";
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
    }

    private Task RunAsync(int inFlight, int count) =>
        Parallel.ForEachAsync(Enumerable.Range(0, count), new ParallelOptions { MaxDegreeOfParallelism = inFlight }, async (_, _) => await stack.RunAsync("GreetWorkflow", "x"));
}
