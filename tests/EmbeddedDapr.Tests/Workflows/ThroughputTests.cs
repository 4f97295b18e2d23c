using System.Diagnostics;
using System.Globalization;
using DaprShop.TestKit;
using DaprShop.Workflow.Tests.Runtime;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>Measures the CPU cost of workflows of three activities; run by name, on an idle machine.</summary>
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
        var postgres = (await LocalPostgres.SharedAsync()).Pid!.Value;
        var (cpu, postgresCpu, clock) = (
            Process.GetCurrentProcess().TotalProcessorTime,
            CpuOfFamily(postgres),
            Stopwatch.StartNew()
        );
        await RunAsync(inFlight, count);
        var spent = Process.GetCurrentProcess().TotalProcessorTime - cpu;
        var rate = count / clock.Elapsed.TotalSeconds;
        var (ours, theirs) = (
            spent.TotalMilliseconds / count,
            (CpuOfFamily(postgres) - postgresCpu).TotalMilliseconds / count
        );
        var line =
            $"{inFlight} in flight: {rate:F0} workflows/s, CPU per workflow: "
            + $"{ours:F2} ms in runtime, worker and client, {theirs:F2} ms in PostgreSQL";
        output.WriteLine(line);
        TestContext.Current.SendDiagnosticMessage(line);
    }

    private static TimeSpan CpuOfFamily(int pid) =>
        File.ReadAllText($"/proc/{pid}/task/{pid}/children")
            .Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .Select(child => Process.GetProcessById(int.Parse(child, CultureInfo.InvariantCulture)).TotalProcessorTime)
            .Aggregate(TimeSpan.Zero, (sum, time) => sum + time);

    private Task RunAsync(int inFlight, int count) =>
        Parallel.ForEachAsync(
            Enumerable.Range(0, count),
            new ParallelOptions { MaxDegreeOfParallelism = inFlight },
            async (_, _) => await stack.RunAsync("GreetWorkflow", "x")
        );
}
