using System.Globalization;
using System.Security.Cryptography;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using Npgsql;

namespace DaprShop.Shop.Postgres;

/// <summary>
/// A private PostgreSQL cluster in a folder: created once by initdb, then served on 127.0.0.1, with durable commits.
/// </summary>
internal sealed class PostgresCluster(string folder, string logFile, PostgresBinaries binaries)
{
    private const string SuperUser = "postgres";
    private static readonly TimeSpan ReapTimeout = TimeSpan.FromSeconds(30);
    private readonly UnprivilegedUser? _user = UnprivilegedUser.WhereNeeded();

    /// <summary>The limit over all clients.</summary>
    public int MaxConnections { get; init; } = 200;

    public string SharedBuffers { get; init; } = "512MB";

    private string PasswordFile => folder.TrimEnd('/') + ".password";

    public string AdminConnectionString(int port) =>
        new NpgsqlConnectionStringBuilder
        {
            Host = "127.0.0.1",
            Port = port,
            Username = SuperUser,
            Password = File.ReadAllText(PasswordFile),
            Database = "postgres",
            Pooling = false,
        }.ConnectionString;

    /// <summary>Creates the cluster unless it exists.</summary>
    /// <exception cref="ShopException">It cannot be created, or its password is missing.</exception>
    public async Task InitialiseAsync(CancellationToken cancel)
    {
        if (File.Exists(Path.Combine(folder, "PG_VERSION")))
        {
            if (!File.Exists(PasswordFile))
                throw new ShopException(
                    $"{PasswordFile} is missing, so the shop cannot log in to the database in {folder}. Restore the "
                        + "file, or delete the data with `./shop down --wipe`."
                );
            return;
        }
        // The cluster is created in another folder and then renamed, because an interrupted one looks like a complete
        // one.
        var unfinished = folder.TrimEnd('/') + ".unfinished";
        foreach (var leftover in new[] { unfinished, folder }.Where(Directory.Exists))
            Directory.Delete(leftover, recursive: true);
        Directory.CreateDirectory(unfinished);
        PrivateFile.Write(PasswordFile, RandomNumberGenerator.GetHexString(32, lowercase: true));
        _user?.TakeOwnership(unfinished);
        _user?.TakeOwnership(PasswordFile);
        var initdb = Command(
            binaries.Initdb,
            "--pgdata",
            unfinished,
            "--username",
            SuperUser,
            "--pwfile",
            PasswordFile,
            "--auth",
            "scram-sha-256",
            "--encoding",
            "UTF8",
            "--locale",
            "C",
            "--no-sync"
        );
        var (exitCode, output) = await Launch.RunAsync(initdb with { WorkingDirectory = unfinished }, cancel);
        if (exitCode != 0)
            throw new ShopException($"initdb could not create a database in {folder}:{Environment.NewLine}{output}");
        Directory.Move(unfinished, folder);
    }

    /// <summary>
    /// The server process on <paramref name="port"/>. SIGINT is its fast shutdown; SIGTERM would wait for every client
    /// to disconnect.
    /// </summary>
    public async Task<ProcessSpec> ServerAsync(int port, CancellationToken cancel)
    {
        await WaitUntilReapedAsync(cancel);
        string[] compression = await AcceptsAsync("wal_compression=lz4", cancel)
            ? ["wal_compression=lz4", "default_toast_compression=lz4"]
            : ["wal_compression=on"];
        string[] settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={port.ToString(CultureInfo.InvariantCulture)}",
            "unix_socket_directories=",
            $"max_connections={MaxConnections.ToString(CultureInfo.InvariantCulture)}",
            $"shared_buffers={SharedBuffers}",
            "max_wal_size=4GB",
            "fsync=on",
            "synchronous_commit=on",
            "jit=off",
            .. compression,
        ];
        return Command(binaries.Server, ["-D", folder, .. settings.SelectMany(setting => new[] { "-c", setting })]);
    }

    /// <summary>
    /// Waits until the system has reaped a postmaster that was killed. Until then its pid is in use, and a new server
    /// concludes from the lock file that the old one is running.
    /// </summary>
    private async Task WaitUntilReapedAsync(CancellationToken cancel)
    {
        var lockFile = Path.Combine(folder, "postmaster.pid");
        if (
            !OperatingSystem.IsLinux()
            || !File.Exists(lockFile)
            || !int.TryParse(File.ReadLines(lockFile).First(), CultureInfo.InvariantCulture, out var pid)
        )
            return;
        await Poll.UntilAsync(
            () =>
                Task.FromResult(
                    !Directory.Exists($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}")
                        || ProcessIdentity.Of(pid).IsAlive
                ),
            ReapTimeout,
            cancel
        );
    }

    private async Task<bool> AcceptsAsync(string setting, CancellationToken cancel) =>
        (
            await Launch.RunAsync(
                Command(binaries.Server, "-D", folder, "-c", setting, "-C", "wal_compression"),
                cancel
            )
        ).ExitCode == 0;

    private ProcessSpec Command(string program, params string[] arguments) =>
        new("postgres", program, arguments)
        {
            WorkingDirectory = folder,
            LogFile = logFile,
            StopSignal = ProcessSignal.Interrupt,
            RunAs = _user,
        };
}
