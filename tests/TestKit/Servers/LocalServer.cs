using System.Net.Sockets;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit.Servers;

/// <summary>A server started from a program of this machine, its data in a folder that goes with it.</summary>
internal abstract class LocalServer(string name) : ITestServer
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);
    private OwnedProcess? _process;

    public int Port { get; } = FreePort.Take();

    protected string Folder { get; } = Directory.CreateTempSubdirectory($"daprshop-{name}-").FullName;

    protected string Data => Path.Combine(Folder, "data");

    protected abstract ProcessSpec Spec { get; }

    public virtual async Task StartAsync()
    {
        _process = OwnedProcess.Start(Spec);
        Orphans.Add(_process);
        if (!await Until.TrueAsync(async () => !_process.IsAlive || await AnswersAsync(), Patience) || !_process.IsAlive)
            throw new InvalidOperationException($"{name} did not start:{Environment.NewLine}{LogTail.Of(Spec.LogFile, 30)}");
    }

    public async Task KillAsync()
    {
        if (_process is null) return;
        _process.Identity.Send(Signal.Kill);
        await _process.DisposeAsync();
        _process = null;
    }

    public Task WipeAsync()
    {
        Directory.Delete(Data, recursive: true);
        return Task.CompletedTask;
    }

    public virtual async ValueTask DisposeAsync()
    {
        await KillAsync();
        Directory.Delete(Folder, recursive: true);
    }

    protected virtual async Task<bool> AnswersAsync()
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync("127.0.0.1", Port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    protected ProcessSpec Program(string file, params string[] arguments) => new(name, file, arguments)
    {
        WorkingDirectory = Folder,
        LogFile = Path.Combine(Folder, name + ".log"),
        Folders = [Data],
    };
}
