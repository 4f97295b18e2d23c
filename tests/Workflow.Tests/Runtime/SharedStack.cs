using Dapr.Workflow;
using DaprShop.TestKit;
using Grpc.Core;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>The sidecar and worker shared by the tests that do not kill them.</summary>
public sealed class SharedStack : IAsyncLifetime
{
    private WorkerHost? _worker;

    public DaprStack Dapr { get; } = new();

    public IDaprWorkflowClient Client
    {
        get
        {
            Dapr.Require();
            return _worker!.Client;
        }
    }

    public async ValueTask InitializeAsync()
    {
        await Dapr.InitializeAsync();
        if (Dapr.IsAvailable)
            _worker = await WorkerHost.StartAsync(Dapr.GrpcPort, Samples.Register, Samples.AddServices);
    }

    public async ValueTask DisposeAsync()
    {
        if (_worker is not null)
            await _worker.DisposeAsync();
        await Dapr.DisposeAsync();
    }

    /// <summary>Starts a workflow under a new id and waits for its end.</summary>
    internal async Task<WorkflowState> RunAsync(string name, object? input = null) =>
        await EndOf(await Client.ScheduleNewWorkflowAsync(name, null, input));

    internal async Task<WorkflowState> EndOf(string id)
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        return await Client.WaitForWorkflowCompletionAsync(id, cancellation: limit.Token);
    }

    internal Task UntilAsync(string id, Func<WorkflowState, bool> condition, string what) =>
        Wait.UntilAsync(async () => await ReadAsync(id) is { } state && condition(state), what);

    /// <summary>The workflow's state, read until no write interferes.</summary>
    internal async Task<WorkflowState> StateOf(string id, bool getInputsAndOutputs = true)
    {
        WorkflowState? state = null;
        await Wait.UntilAsync(
            async () => (state = await ReadAsync(id, getInputsAndOutputs)) is not null,
            "the state can be read"
        );
        return state!;
    }

    // daprd reads an instance's keys one by one: a read beside a write may fail, and succeeds when repeated.
    private async Task<WorkflowState?> ReadAsync(string id, bool getInputsAndOutputs = true)
    {
        try
        {
            return await Client.GetWorkflowStateAsync(id, getInputsAndOutputs);
        }
        catch (RpcException e) when (e.Status.Detail.Contains("transient store read failure", StringComparison.Ordinal))
        {
            return null;
        }
    }
}

/// <summary>Tests against real servers run one after the other.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
#pragma warning disable CA1515, CA1711
public sealed class RealDapr : ICollectionFixture<SharedStack>
#pragma warning restore CA1515, CA1711
{
    public const string Name = "real Dapr";
}
