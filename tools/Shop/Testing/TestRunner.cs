using System.Collections.Concurrent;
using System.Diagnostics;
using System.Xml;
using System.Xml.Linq;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Testing;

/// <summary>Runs jobs, several at a time, each in a process of its own with a temporary folder of its own.</summary>
/// <param name="shop">The checkout.</param>
/// <param name="lanes">Jobs at a time.</param>
/// <param name="isolated">
/// Jobs that start shops run in network namespaces; otherwise they run one after the other.
/// </param>
/// <param name="limit">A job that takes longer is killed, and counts as failed.</param>
internal sealed class TestRunner(ShopFolder shop, int lanes, bool isolated, TimeSpan limit) : IDisposable
{
    private static readonly TimeSpan Grace = TimeSpan.FromMinutes(1);
    private readonly SemaphoreSlim _ports = new(1);
    private readonly ConcurrentBag<TestResult> _results = [];

    /// <summary>The logs and the result files of the jobs.</summary>
    public string Folder { get; } = Path.Combine(shop.Root, "artifacts", "tests");

    public void Dispose() => _ports.Dispose();

    /// <summary>Runs all jobs, in their sequence as far as lanes are free.</summary>
    public async Task<IReadOnlyList<TestResult>> RunAsync(IReadOnlyList<TestJob> jobs, CancellationToken cancel)
    {
        Directory.CreateDirectory(Folder);
        var waiting = jobs.Where(job => !job.Alone).ToList();
        await Task.WhenAll(Enumerable.Range(0, lanes).Select(_ => LaneAsync(waiting, cancel)));
        await LaneAsync([.. jobs.Where(job => job.Alone)], cancel);
        cancel.ThrowIfCancellationRequested();
        return [.. _results.OrderBy(result => result.Name, StringComparer.Ordinal)];
    }

    private async Task LaneAsync(List<TestJob> waiting, CancellationToken cancel)
    {
        while (!cancel.IsCancellationRequested && Next(waiting) is { } job)
            try
            {
                await RunAsync(job, cancel);
            }
            finally
            {
                if (Exclusive(job))
                    _ports.Release();
            }
    }

    private bool Exclusive(TestJob job) => job.StartsShops && !isolated;

    /// <summary>
    /// The first job that may start now. A lane ends when there is none: the lane that runs a shop on the fixed ports
    /// then runs the other jobs that need them.
    /// </summary>
    private TestJob? Next(List<TestJob> waiting)
    {
        lock (waiting)
        {
            var index = waiting.FindIndex(job => !Exclusive(job) || _ports.Wait(0));
            if (index < 0)
                return null;
            var next = waiting[index];
            waiting.RemoveAt(index);
            return next;
        }
    }

    private async Task RunAsync(TestJob job, CancellationToken cancel)
    {
        var started = Stopwatch.GetTimestamp();
        var resultFile = Path.Combine(Folder, job.FileName + ".xml");
        var logFile = Path.Combine(Folder, job.FileName + ".log");
        File.Delete(resultFile);
        var temporary = Directory.CreateDirectory(
            Path.Combine(Path.GetTempPath(), $"daprshop-tests-{Environment.ProcessId}", job.FileName)
        );
        string[] command =
        [
            "dotnet",
            job.Program,
            "-noColor",
            "-noLogo",
            "-noAutoReporters",
            .. job.Arguments,
            "-result-xml",
            resultFile,
        ];
        if (job.StartsShops && isolated)
            command = NetworkNamespace.Wrap(command);
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            WorkingDirectory = Path.GetDirectoryName(job.Program),
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        start.Environment["TMPDIR"] = temporary.FullName;
        foreach (var (name, value) in job.Environment)
            start.Environment[name] = value;

        string? trouble;
        await using (var log = new JobLog(logFile, job.Name))
            trouble = await RunAsync(start, log, cancel);
        Delete(temporary);
        Report(job, Read(job, resultFile, logFile, trouble), Stopwatch.GetElapsedTime(started));
    }

    /// <returns>
    /// Null if the program ended by itself, with code 0 or 1; else the reason why its results are not complete.
    /// </returns>
    private async Task<string?> RunAsync(ProcessStartInfo start, JobLog log, CancellationToken cancel)
    {
        using var process = Process.Start(start)!;
        process.StandardInput.Close();
        process.OutputDataReceived += (_, line) => log.Write(line.Data);
        process.ErrorDataReceived += (_, line) => log.Write(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        timeout.CancelAfter(limit);
        string? space = null;
        try
        {
            // The first line of output comes from the test program, which then is in its namespace.
            await log.FirstLine.WaitAsync(timeout.Token);
            space = NetworkNamespace.Of(process.Id);
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            await EndAsync(process);
            return cancel.IsCancellationRequested ? "cancelled" : $"it took more than {limit.TotalMinutes:0} minutes";
        }
        finally
        {
            // What a test program leaves behind would go on using the processors.
            if (space is not null && space != NetworkNamespace.Of(Environment.ProcessId))
                foreach (var name in NetworkNamespace.Clear(space))
                    log.Write($"left running, killed: {name}");
        }

        return process.ExitCode is 0 or 1 ? null : $"it ended with code {process.ExitCode}";
    }

    /// <summary>Ctrl-C lets the tests end their shops.</summary>
    private static async Task EndAsync(Process process)
    {
        ProcessSignals.Send(process.Id, ProcessSignal.Interrupt);
        using var grace = new CancellationTokenSource(Grace);
        await process.WaitForExitAsync(grace.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (!process.HasExited)
            process.Kill(entireProcessTree: true);
    }

    private static List<TestResult> Read(TestJob job, string resultFile, string logFile, string? trouble)
    {
        List<TestResult> results = [];
        try
        {
            if (File.Exists(resultFile))
                results.AddRange(TestResults.Parse(job.Name, XDocument.Load(resultFile)));
            else
                trouble ??= "it wrote no results";
        }
        catch (XmlException incomplete)
        {
            trouble ??= $"its results cannot be read: {incomplete.Message}";
        }

        if (trouble is not null)
            results.Add(
                new TestResult(
                    job.Name,
                    "",
                    job.Name,
                    TestStatus.Failed,
                    TimeSpan.Zero,
                    $"The test program did not finish: {trouble}.{Environment.NewLine}{LogTail.Of(logFile, 30)}"
                )
            );
        return results;
    }

    private void Report(TestJob job, List<TestResult> results, TimeSpan duration)
    {
        foreach (var result in results)
            _results.Add(result);
        if (results.Count > 0)
            Console.WriteLine(
                $"{Count(TestStatus.Passed), 5} passed {Count(TestStatus.Failed), 3} failed "
                    + $"{Count(TestStatus.Skipped), 3} skipped {duration.TotalSeconds, 5:0} s  {job.Name}"
            );

        int Count(TestStatus status) => results.Count(result => result.Status == status);
    }

    private static void Delete(DirectoryInfo folder)
    {
        try
        {
            folder.Delete(recursive: true);
            folder.Parent!.Delete();
        }
        catch (IOException)
        {
            // Another job's folder lies beside it, or a program that was just killed still writes: the system sweeps
            // /tmp.
        }
    }
}
