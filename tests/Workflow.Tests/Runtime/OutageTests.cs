using Dapr.Workflow;
using DaprShop.TestKit;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>Own sidecar and workers, since these tests kill them.</summary>
[Collection(RealDapr.Name)]
public sealed class OutageTests(DaprStack dapr) : IClassFixture<DaprStack>
{
    private const int Workflows = 10;
    private static readonly SemaphoreSlim Gate = new(0);
    private static int _arrived;

    [Fact]
    public async Task A_killed_sidecar_loses_no_workflow()
    {
        dapr.Require();
        await using var worker = await WorkerHost.StartAsync(dapr.GrpcPort, Gated);
        var ids = await StartAsync(worker.Client);
        await Wait.UntilAsync(() => Volatile.Read(ref _arrived) == Workflows, "every workflow runs its activity");

        await dapr.KillSidecarAsync();
        Gate.Release(100 * Workflows);
        await dapr.StartSidecarAsync();

        await AllEndAsync(worker.Client, ids);
    }

    [Fact]
    public async Task A_restarted_worker_continues_where_the_last_one_stopped()
    {
        dapr.Require();
        string[] ids;
        await using (var first = await WorkerHost.StartAsync(dapr.GrpcPort, Patient))
        {
            ids = await Task.WhenAll(
                Enumerable
                    .Range(0, Workflows)
                    .Select(i => first.Client.ScheduleNewWorkflowAsync("Patient", $"patient-{i}", $"{i}"))
            );
        }

        await using var second = await WorkerHost.StartAsync(dapr.GrpcPort, Patient);
        foreach (var id in ids)
            await Wait.UntilAsync(() => TryRaiseAsync(second.Client, id), "the event is accepted");

        await AllEndAsync(second.Client, ids);
    }

    private static void Gated(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<string, string>("Gated", async (context, input) =>
            await context.CallActivityAsync<string>("After", await context.CallActivityAsync<string>("Blocked", input))
        );
        options.RegisterActivity<string, string>("Blocked", async (_, input) =>
        {
            Interlocked.Increment(ref _arrived);
            await Gate.WaitAsync();
            return input;
        });
        options.RegisterActivity<string, string>("After", (_, input) => Task.FromResult("done " + input));
    }

    private static void Patient(WorkflowRuntimeOptions options)
    {
        options.RegisterWorkflow<string, string>("Patient", async (context, input) =>
        {
            await context.WaitForExternalEventAsync<object>("Go");
            return await context.CallActivityAsync<string>("After", input);
        });
        options.RegisterActivity<string, string>("After", (_, input) => Task.FromResult("done " + input));
    }

    private static Task<string[]> StartAsync(IDaprWorkflowClient client) =>
        Task.WhenAll(
            Enumerable.Range(0, Workflows).Select(i => client.ScheduleNewWorkflowAsync("Gated", $"gated-{i}", $"{i}"))
        );

    private static async Task<bool> TryRaiseAsync(IDaprWorkflowClient client, string id)
    {
        try
        {
            await client.RaiseEventAsync(id, "Go");
            return true;
        }
        catch (Grpc.Core.RpcException)
        {
            return false;
        }
    }

    private async Task AllEndAsync(IDaprWorkflowClient client, string[] ids)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(180));
        var outputs = new List<string?>();
        foreach (var id in ids)
            outputs.Add(
                (await client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token)).ReadOutputAs<string>()
            );
        outputs.Should().Equal(Enumerable.Range(0, ids.Length).Select(i => $"done {i}"), dapr.Logs());
    }
}
