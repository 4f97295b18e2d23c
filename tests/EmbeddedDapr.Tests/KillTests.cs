using System.Diagnostics;
using DaprShop.TestKit;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.Tests.Kit;

namespace EmbeddedDapr.Tests;

/// <summary>Kills the program itself.</summary>
public sealed class KillTests : IDisposable
{
    private const string Topic = "notes";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("embedded-dapr-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Acknowledged_messages_and_state_survive_a_kill()
    {
        var sidecar = TestSidecars.For("reader");
        var database = await TestRuntime.NewDatabaseAsync();
        using var client = TestRuntime.ClientOf(sidecar);
        using (var process = await StartAsync(sidecar, database))
        {
            await client.BulkPublishEventAsync(
                TestSidecars.PubSub,
                Topic,
                Enumerable.Range(0, 100).Select(i => new Note($"{i}")).ToList()
            );
            await client.SaveStateAsync(TestSidecars.Store, "k", 1);
            await KillAsync(process);
        }

        using var again = await StartAsync(sidecar, database);
        await using var app = await SubscriberApp.BulkAsync(sidecar, Topic);
        await app.HasReceivedAsync(100);
        app.Received.Should().OnlyHaveUniqueItems();
        (await client.GetStateAsync<int>(TestSidecars.Store, "k")).Should().Be(1);
        await KillAsync(again);
    }

    [Fact]
    public async Task Messages_in_delivery_by_a_killed_process_are_delivered_again()
    {
        var sidecar = TestSidecars.For("reader");
        var database = await TestRuntime.NewDatabaseAsync();
        var killed = new TaskCompletionSource();
        await using var app = await SubscriberApp.StartAsync(sidecar, (app, routes) =>
            routes.MapNotes(app, Topic, killed.Task)
        );
        using (var process = await StartAsync(sidecar, database))
        {
            using var client = TestRuntime.ClientOf(sidecar);
            await client.PublishEventAsync(TestSidecars.PubSub, Topic, new Note("a"));
            await app.HasReceivedAsync(1);
            await KillAsync(process);
        }

        killed.SetResult();
        using var again = await StartAsync(sidecar, database);
        await app.HasReceivedAsync(2);
        await Wait.UntilAsync(
            async () => await Sql.ScalarAsync<long>(database, "select count(*) from deliveries") == 0,
            "the delivery settled"
        );
        app.Received.Should().Equal("a", "a");
        await KillAsync(again);
    }

    private async Task<Process> StartAsync(Sidecar sidecar, string database)
    {
        var resources = _folder.CreateSubdirectory("resources");
        await File.WriteAllTextAsync(
            Path.Combine(resources.FullName, "components.yaml"),
            """
            kind: Component
            metadata: { name: pubsub }
            spec: { type: pubsub.redis, version: v1 }
            ---
            kind: Component
            metadata: { name: store }
            spec: { type: state.redis, version: v1 }
            """
        );
        var file = Path.Combine(_folder.FullName, "dapr.yaml");
        await File.WriteAllTextAsync(
            file,
            $$"""
            version: 1
            common: { resourcesPaths: [resources] }
            apps:
              - appID: {{sidecar.AppId}}
                appPort: {{sidecar.AppPort}}
                daprHTTPPort: {{sidecar.HttpPort}}
                daprGRPCPort: {{sidecar.GrpcPort}}
            """
        );
        var process = Process.Start(
            new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "EmbeddedDapr.dll"), "--file", file])
            {
                Environment = { ["EMBEDDED_DAPR_POSTGRES"] = database },
            }
        )!;
        using var client = TestRuntime.ClientOf(sidecar);
        await Wait.UntilAsync(
            () =>
                process.HasExited
                    ? throw new InvalidOperationException("The runtime ended.")
                    : client.CheckHealthAsync(),
            "the runtime"
        );
        return process;
    }

    private static Task KillAsync(Process process)
    {
        process.Kill();
        return process.WaitForExitAsync();
    }
}
