using System.Globalization;
using System.Text;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;
using Npgsql;

namespace DaprShop.Conformance.Runtime;

/// <summary>
/// The embedded runtime: one process that serves all sidecars, broker and store. It is killed as a whole.
/// </summary>
internal sealed class EmbeddedStage : Stage
{
    // The embedded runtime ignores the product that the files name.
    private static readonly Column Files = new("redis", "redis");
    private static readonly string Program = Built.At("EmbeddedDapr", "EmbeddedDapr.dll");

    private readonly string _database;
    private OwnedProcess? _process;

    private EmbeddedStage(string database, IReadOnlyList<NodeSpec> specs)
        : base(specs) => _database = database;

    private string RunFile => Path.Combine(Folder, "dapr.yaml");

    public static async Task<EmbeddedStage> OpenAsync(IReadOnlyList<NodeSpec> specs)
    {
        var stage = new EmbeddedStage(await StateDatabase.CreateForAppAsync(), specs);
        Directory.CreateDirectory(Path.Combine(stage.Folder, ".shop"));
        PrivateFile.Write(Path.Combine(stage.Folder, ".shop", "secrets.json"), new Dictionary<string, string>());
        var yaml = new StringBuilder("version: 1\ncommon:\n  resourcesPaths:\n");
        foreach (var path in ComponentFiles.Copy(Files, stage.Folder))
            yaml.Append(CultureInfo.InvariantCulture, $"    - {path}\n");
        yaml.Append("  maxBodySize: 16Mi\napps:\n");
        foreach (var node in stage.Nodes)
            yaml.Append(
                CultureInfo.InvariantCulture,
                $"""
                  - appID: {node.Spec.AppId}
                    appPort: {node.AppPort}
                    daprHTTPPort: {node.HttpPort}
                    daprGRPCPort: {node.GrpcPort}

                """
            );
        await File.WriteAllTextAsync(stage.RunFile, yaml.ToString());
        return stage;
    }

    public override Task StartSidecarAsync(Node node)
    {
        if (_process is not { IsAlive: true })
            StartProcess();
        return Task.CompletedTask;
    }

    public override async Task KillSidecarAsync(Node node)
    {
        await KillAsync(_process);
        // The sidecars of the other nodes are in the same process.
        if (Nodes.Count > 1)
            StartProcess();
    }

    public override async Task RestartBrokerAsync(bool wipe = false)
    {
        await KillAsync(_process);
        if (wipe)
            await WipeAsync();
        StartProcess();
    }

    public override async ValueTask DisposeAsync()
    {
        await KillAsync(_process);
        await base.DisposeAsync();
    }

    private void StartProcess() =>
        _process = Start(
            new ProcessSpec("embedded", "dotnet", Program, "--file", RunFile)
            {
                WorkingDirectory = Folder,
                LogFile = Path.Combine(Folder, "embedded.log"),
                Environment = new Dictionary<string, string> { ["EMBEDDED_DAPR_POSTGRES"] = _database },
            }
        );

    private async Task WipeAsync()
    {
        await using var connection = new NpgsqlConnection(_database);
        await connection.OpenAsync();
        await using var wipe = new NpgsqlCommand(
            """
            do $$ declare name text; begin
              for name in
                select quote_ident(nspname) from pg_namespace
                where nspname not like 'pg\_%' and nspname <> 'information_schema'
              loop
                execute 'drop schema ' || name || ' cascade';
              end loop;
              create schema public;
            end $$
            """,
            connection
        );
        await wipe.ExecuteNonQueryAsync();
    }
}
