using System.Globalization;
using System.Security.Cryptography;
using DaprShop.Shop.Processes;
using Npgsql;

namespace DaprShop.Shop.Infrastructure.Postgres;

/// <summary>A private PostgreSQL cluster in a folder: made once by initdb, then served on 127.0.0.1 with every commit on disk.</summary>
internal sealed class PostgresCluster(string folder, string logFile, PostgresBinaries binaries)
{
    private const string SuperUser = "postgres";
    private static readonly TimeSpan Collecting = TimeSpan.FromSeconds(30);
    private readonly UnprivilegedUser? _user = UnprivilegedUser.WhereNeeded();

    /// <summary>Of all clients together.</summary>
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

    public async Task InitialiseAsync(CancellationToken cancel)
    {
        if (File.Exists(Path.Combine(folder, "PG_VERSION")))
        {
            if (!File.Exists(PasswordFile))
                throw new ShopException(
                    $"{PasswordFile} is gone, so nobody can log in to the database in {folder}. `./shop down --wipe` begins anew."
                );
            return;
        }
        // Elsewhere first, then in its place: a cluster that is half made, because somebody lost patience, looks like a whole one.
        var unfinished = folder.TrimEnd('/') + ".unfinished";
        foreach (var remains in new[] { unfinished, folder }.Where(Directory.Exists))
            Directory.Delete(remains, recursive: true);
        Directory.CreateDirectory(unfinished);
        SecretFile.Write(PasswordFile, RandomNumberGenerator.GetHexString(32, lowercase: true));
        _user?.TakeOver(unfinished);
        _user?.TakeOver(PasswordFile);
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
            throw new ShopException($"initdb could not make a database in {folder}:{Environment.NewLine}{output}");
        Directory.Move(unfinished, folder);
    }

    /// <summary>The server on <paramref name="port"/>. SIGINT is its fast shutdown; SIGTERM would wait for every client to leave.</summary>
    public async Task<ProcessSpec> ServerAsync(int port, CancellationToken cancel)
    {
        await CollectedAsync(cancel);
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

    /// <summary>A postmaster that was killed keeps its lock file's number until the system has collected it; until then a new one takes it for running.</summary>
    private async Task CollectedAsync(CancellationToken cancel)
    {
        var lockFile = Path.Combine(folder, "postmaster.pid");
        if (
            !OperatingSystem.IsLinux()
            || !File.Exists(lockFile)
            || !int.TryParse(File.ReadLines(lockFile).First(), CultureInfo.InvariantCulture, out var pid)
        )
            return;
        await Until.TrueAsync(
            () =>
                Task.FromResult(
                    !Directory.Exists($"/proc/{pid.ToString(CultureInfo.InvariantCulture)}")
                        || ProcessIdentity.Of(pid).IsAlive
                ),
            Collecting,
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
            StopSignal = Signal.Interrupt,
            RunAs = _user,
        };
}
