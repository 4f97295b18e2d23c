using System.Diagnostics;

namespace DaprShop.Shop.Processes;

/// <summary>A child process: its identity, its end, and how to stop it.</summary>
internal sealed class OwnedProcess : IAsyncDisposable
{
    private readonly Process _process;

    private OwnedProcess(ProcessSpec spec, Process process)
    {
        Spec = spec;
        _process = process;
        Identity = ProcessIdentity.Of(process.Id);
        Ended = process.WaitForExitAsync();
    }

    public ProcessSpec Spec { get; }

    public ProcessIdentity Identity { get; }

    public int Pid => Identity.Pid;

    /// <summary>Completes when the process has ended, for whatever reason.</summary>
    public Task Ended { get; }

    public bool IsAlive => !Ended.IsCompleted && !_process.HasExited;

    public static OwnedProcess Start(ProcessSpec spec)
    {
        foreach (var folder in spec.Folders)
            Directory.CreateDirectory(folder);
        Directory.CreateDirectory(Path.GetDirectoryName(spec.LogFile)!);
        var process = Process.Start(Launch.Command(spec))
            ?? throw new InvalidOperationException($"{spec.FileName} did not start.");
        if (OperatingSystem.IsWindows())
            WindowsLog.Follow(process, spec.LogFile);
        return new OwnedProcess(spec, process);
    }

    /// <summary>
    /// Asks the process to stop, and kills it when it takes longer than its <see cref="ProcessSpec.Grace"/>.
    /// </summary>
    public async Task StopAsync()
    {
        if (IsAlive)
        {
            Identity.Send(Spec.StopSignal);
            try
            {
                await Ended.WaitAsync(Spec.Grace);
            }
            catch (TimeoutException)
            {
                Identity.Send(ProcessSignal.Kill);
            }
        }
        await Ended;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _process.Dispose();
    }
}
