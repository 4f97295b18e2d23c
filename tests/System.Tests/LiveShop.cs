using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Runtime.CompilerServices;
using System.Text.Json;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>
/// The whole shop, started by the <c>shop</c> command in a temporary folder with links to the built programs, so that
/// the data of a developer's shop stay untouched. The ports are the shop's fixed ones.
/// </summary>
public sealed class LiveShop : IAsyncDisposable
{
    private const int NotAvailable = 2;
    private static readonly TimeSpan ReadyTimeout = TimeSpan.FromMinutes(5);

    // `shop status --wait` may take the whole ready timeout, and then prints what is not ready.
    private static readonly TimeSpan CommandTimeout = ReadyTimeout * 4;
    private static readonly ContractHandler Contract = new();
    private readonly string _root = Directory.CreateTempSubdirectory("daprshop-system-").FullName;
    private bool _wasClean;

    /// <summary>Creates the folder; starts nothing.</summary>
    public LiveShop()
    {
        var source = SourceRoot();
        File.Copy(Path.Combine(source, "DaprShop.sln"), Path.Combine(_root, "DaprShop.sln"));
        File.Copy(Path.Combine(source, "dapr.yaml"), Path.Combine(_root, "dapr.yaml"));
        File.Copy(Path.Combine(source, "compose.yaml"), Path.Combine(_root, "compose.yaml"));
        Directory.CreateSymbolicLink(Path.Combine(_root, "components"), Path.Combine(source, "components"));
        foreach (var built in Directory.EnumerateDirectories(Path.Combine(source, "artifacts", "bin")))
        {
            var link = Path.Combine(_root, "artifacts", "bin", Path.GetFileName(built), "release");
            Directory.CreateDirectory(Path.GetDirectoryName(link)!);
            // The command finds its shop by its own path, so it is copied; services do not depend on their path.
            if (Path.GetFileName(built) == "Shop")
                Copy(Path.Combine(built, "release"), link);
            else if (Directory.Exists(Path.Combine(built, "release")))
                Directory.CreateSymbolicLink(link, Path.Combine(built, "release"));
        }
    }

    /// <summary>Settings of the services, as environment variables.</summary>
    public IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    public HttpClient Gateway { get; } =
        new(Contract, disposeHandler: false)
        {
            BaseAddress = new Uri("http://127.0.0.1:8080/"),
            Timeout = TimeSpan.FromSeconds(30),
        };

    /// <summary>
    /// Starts a shop and waits until it is ready. If the runtime or a server is not available, the test is skipped with
    /// the reason; in CI it fails.
    /// </summary>
    public static async Task<LiveShop> UpAsync(string runtime = "auto", string? broker = null, string? store = null)
    {
        var shop = new LiveShop();
        try
        {
            await shop.StartAsync(runtime, broker, store);
            return shop;
        }
        catch
        {
            await shop.DisposeAsync();
            throw;
        }
    }

    /// <summary>Starts this shop; skips the test as <see cref="UpAsync"/> does.</summary>
    public async Task StartAsync(string runtime, string? broker = null, string? store = null)
    {
        var (exitCode, output, errors) = await TryAsync([
            "up",
            "--detach",
            "--runtime",
            runtime,
            .. broker is null ? Array.Empty<string>() : ["--broker", broker],
            .. store is null ? Array.Empty<string>() : ["--store", store],
        ]);
        // Only Kafka may be missing in CI: no distribution packages it.
        Assert.SkipWhen(
            exitCode == NotAvailable && (broker == "kafka" || Environment.GetEnvironmentVariable("CI") != "true"),
            errors
        );
        exitCode.Should().Be(0, $"`shop up` says:\n{output}\n{errors}");
    }

    /// <summary>The path of a file of this shop.</summary>
    public string PathOf(string name) => Path.Combine(_root, name);

    /// <summary>Runs the command and requires exit code 0.</summary>
    /// <returns>Its standard output.</returns>
    public async Task<string> RunAsync(params string[] arguments)
    {
        var (exitCode, output, errors) = await TryAsync(arguments);
        exitCode.Should().Be(0, $"`shop {string.Join(' ', arguments)}` says:\n{output}\n{errors}");
        return output;
    }

    /// <summary>Runs the command to its end, with any exit code.</summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryAsync(params string[] arguments)
    {
        using var process = Process.Start(Command(Program, arguments))!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(CommandTimeout);
        var (output, errors) = (
            process.StandardOutput.ReadToEndAsync(patience.Token),
            process.StandardError.ReadToEndAsync(patience.Token)
        );
        try
        {
            await process.WaitForExitAsync(patience.Token);
            return (process.ExitCode, await output, await errors);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw new TimeoutException($"`shop {string.Join(' ', arguments)}` took more than {CommandTimeout}.");
        }
    }

    /// <summary>
    /// Runs the command as a user who did not start this shop. Without the right to become another user, the files that
    /// only their owner may read are closed to the owner, too.
    /// </summary>
    public async Task<(int ExitCode, string Output, string Errors)> TryAsAnotherUserAsync(params string[] arguments)
    {
        await ChangeModeAsync("o+rx", _root);
        foreach (var file in Directory.EnumerateFiles(PathOf(".shop")))
            await ChangeModeAsync(Environment.IsPrivilegedProcess ? "600" : "000", file);
        string[] asNobody = ["--reuid", "65534", "--regid", "65534", "--clear-groups", Program, .. arguments];
        using var process = Process.Start(
            Environment.IsPrivilegedProcess ? Command("setpriv", asNobody) : Command(Program, arguments)
        )!;
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        var output = process.StandardOutput.ReadToEndAsync(patience.Token);
        var errors = process.StandardError.ReadToEndAsync(patience.Token);
        await process.WaitForExitAsync(patience.Token);
        return (process.ExitCode, await output, await errors);
    }

    private static async Task ChangeModeAsync(string mode, string path)
    {
        using var chmod = Process.Start("chmod", [mode, path]);
        await chmod.WaitForExitAsync();
    }

    /// <summary>
    /// Starts the command as a terminal does: in a process group of its own, to which <see cref="Interrupt"/> sends its
    /// signal, and with SIGINT not ignored, as it is in commands that a shell starts in the background.
    /// </summary>
    public Process StartInTerminal(params string[] arguments)
    {
        var process = Process.Start(Command("setsid", ["env", "--default-signal=INT", Program, .. arguments]))!;
        process.StandardInput.Close();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return process;
    }

    /// <summary>Sends SIGINT to the command's process group, as Ctrl-C does.</summary>
    public static void Interrupt(Process process)
    {
        using var kill = Process.Start("kill", ["-INT", "--", $"-{process.Id}"]);
        kill.WaitForExit();
    }

    private string Program => PathOf("artifacts/bin/Shop/release/shop");

    private ProcessStartInfo Command(string program, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            WorkingDirectory = _root,
            // Kafka lies beside the checkout, not beside this folder.
            Environment =
            {
                ["KAFKA_HOME"] = Environment.GetEnvironmentVariable("KAFKA_HOME")
                    ?? Path.GetFullPath(Path.Combine(SourceRoot(), "..", "shared", "kafka")),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
        };
        foreach (var (name, value) in Settings)
            start.Environment[name] = value;
        // Servers are this machine's programs, not containers: tests kill them, and delete their data.
        foreach (var server in new[] { "POSTGRES", "REDIS", "RABBITMQ", "KAFKA" })
            start.Environment.TryAdd($"SHOP_{server}_FROM", "local");
        return start;
    }

    /// <summary>Waits until all parts of the shop are ready.</summary>
    public Task WaitUntilReadyAsync() =>
        RunAsync("status", "--wait", ReadyTimeout.TotalSeconds.ToString(CultureInfo.InvariantCulture));

    /// <summary>
    /// Waits until the shop is ready, and requires a clean audit; a violation fails the test with the audit's output.
    /// </summary>
    public async Task AuditAsync()
    {
        await WaitUntilReadyAsync();
        var (exitCode, output, errors) = await TryAsync("audit");
        exitCode.Should().Be(0, $"the audit says:\n{output}\n{errors}");
        _wasClean = true;
    }

    /// <summary>
    /// A client with the token of a customer or an operator, from <c>shop token</c>; it is valid for a day.
    /// </summary>
    public async Task<HttpClient> AsAsync(string role, string name) =>
        WithToken((await RunAsync("token", $"--{role}", name)).Trim());

    /// <summary>
    /// The same without a process for each token, for tests with many customers; it is valid for an hour.
    /// </summary>
    public HttpClient As(string role, string name) =>
        WithToken(
            Tokens.For(
                name,
                role,
                JsonElement.Parse(File.ReadAllText(PathOf(".shop/secrets.json"))).GetProperty("jwt-key").GetString()
            )
        );

    private HttpClient WithToken(string token)
    {
        var client = new HttpClient(Contract, disposeHandler: false)
        {
            BaseAddress = Gateway.BaseAddress,
            Timeout = Gateway.Timeout,
        };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }

    /// <summary>
    /// The process ID of an app (<c>orders</c>), of its sidecar (<c>orders/daprd</c>), or of a server (<c>redis</c>);
    /// waits until the process runs.
    /// </summary>
    public async Task<int> PidAsync(string target)
    {
        var pid = 0;
        // The state file names a process that was killed a moment ago until the supervisor has noticed.
        await Wait.UntilAsync(() => Footprint.IsAlive(pid = RecordedPid(target)), $"{target} runs");
        return pid;
    }

    /// <summary>0 where the state file names no process of that name.</summary>
    private int RecordedPid(string target)
    {
        var name = target.Replace("/daprd", "-sidecar", StringComparison.Ordinal);
        return State()
            ?.GetProperty("units")
            .EnumerateArray()
            .SelectMany(unit => unit.GetProperty("processes").EnumerateArray())
            .Where(process => process.GetProperty("name").GetString() == name)
            .Select(process => process.GetProperty("identity").GetProperty("pid").GetInt32())
            .FirstOrDefault()
            ?? 0;
    }

    /// <summary>The state file's content; null where there is none.</summary>
    public JsonElement? State()
    {
        try
        {
            return JsonElement.Parse(File.ReadAllText(PathOf(".shop/state.json")));
        }
        catch (Exception none) when (none is IOException or JsonException)
        {
            return null;
        }
    }

    /// <summary>
    /// Kills the target's present process with SIGKILL: a target that ended by itself, as daprd may, runs in another
    /// process than a moment ago.
    /// </summary>
    /// <returns>The process ID of the killed process.</returns>
    public async Task<int> KillAsync(string target)
    {
        while (true)
        {
            var pid = await PidAsync(target);
            try
            {
                Kill(pid);
                return pid;
            }
            catch (ArgumentException)
            {
                // It ended between question and kill; the next one is started.
            }
        }
    }

    /// <summary>Kills the target's present process, and returns as soon as its successor runs.</summary>
    public async Task KillAndReplaceAsync(string target)
    {
        var killed = await KillAsync(target);
        await Wait.UntilAsync(async () => await PidAsync(target) != killed, $"{target} is started again");
    }

    /// <summary>Kills a process with SIGKILL.</summary>
    /// <exception cref="ArgumentException">It does not run.</exception>
    public static void Kill(int pid)
    {
        using var process = Process.GetProcessById(pid);
        process.Kill();
    }

    /// <summary>Deletes the data of a server.</summary>
    public void Wipe(string server) => Directory.Delete(PathOf(Path.Combine(".shop", server)), recursive: true);

    /// <summary>
    /// Lets the bank capture the order's payment, as soon as the provider works on it: an order is reserved a moment
    /// before its charge reaches the provider.
    /// </summary>
    public async Task CompletePaymentAsync(Guid order)
    {
        using var provider = Provider();
        await Wait.UntilAsync(
            async () =>
            {
                using var answer = await provider.PostAsync($"simulator/references/{order}/complete", null);
                answer.EnsureSuccessStatusCode();
                return (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("completed").GetInt32() > 0;
            },
            $"the provider captures the payment of order {order}"
        );
    }

    /// <summary>The bank ends the authorisation of the order's payment.</summary>
    public async Task LapsePaymentAsync(Guid order)
    {
        using var provider = Provider();
        using var ended = await provider.PostAsync($"simulator/references/{order}/lapse", null);
        ended.EnsureSuccessStatusCode();
    }

    /// <summary>Lets the payment provider make faults; an empty object ends them.</summary>
    public async Task SetProviderFaultsAsync(object faults)
    {
        using var provider = Provider();
        using var set = await provider.PutAsJsonAsync("simulator/faults", faults);
        set.EnsureSuccessStatusCode();
    }

    private HttpClient Provider()
    {
        using var secrets = JsonDocument.Parse(File.ReadAllText(PathOf(Path.Combine(".shop", "secrets.json"))));
        var provider = new HttpClient { BaseAddress = new Uri("http://127.0.0.1:5110") };
        provider.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue(
            "Bearer",
            secrets.RootElement.GetProperty("payment-provider-key").GetString()
        );
        return provider;
    }

    public async ValueTask DisposeAsync()
    {
        Gateway.Dispose();
        await TryAsync("down");
        var exceptions = UnhandledExceptions();
        if (!_wasClean || exceptions.Count > 0)
            SaveLogs();
        await TryAsync("down", "--wipe");
        Directory.Delete(_root, recursive: true);
        if (_wasClean)
            exceptions.Should().BeEmpty("no process of the shop may end with an exception");
    }

    /// <summary>The lines of all logs that tell of the end of a process by an exception.</summary>
    private List<string> UnhandledExceptions() =>
        Directory.Exists(PathOf(".shop/logs"))
            ?
            [
                .. Directory
                    .EnumerateFiles(PathOf(".shop/logs"))
                    .SelectMany(file => File.ReadLines(file).Select(line => $"{Path.GetFileName(file)}: {line}"))
                    .Where(line => line.Contains("Unhandled exception") || line.Contains("ObjectDisposedException")),
            ]
            : [];

    /// <summary>Copies the logs of a shop whose test failed to <c>artifacts/logs</c>.</summary>
    private void SaveLogs()
    {
        if (Directory.Exists(PathOf(".shop/logs")))
            Copy(PathOf(".shop/logs"), Path.Combine(SourceRoot(), "artifacts", "logs", Path.GetFileName(_root)));
    }

    private static void Copy(string from, string to)
    {
        foreach (var file in Directory.EnumerateFiles(from, "*", SearchOption.AllDirectories))
        {
            var target = Path.Combine(to, Path.GetRelativePath(from, file));
            Directory.CreateDirectory(Path.GetDirectoryName(target)!);
            File.Copy(file, target);
        }
    }

    /// <summary>The checkout.</summary>
    public static string SourceRoot([CallerFilePath] string here = "") =>
        Path.GetFullPath(Path.Combine(Path.GetDirectoryName(here)!, "..", ".."));
}
