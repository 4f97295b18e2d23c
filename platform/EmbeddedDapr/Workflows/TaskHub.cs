using EmbeddedDapr.Workflows.Protocol;
using EmbeddedDapr.Hosting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EmbeddedDapr.Workflows;

/// <summary>The gRPC service that workers and clients of workflows speak to, on each sidecar's port for that sidecar's app.</summary>
internal sealed class TaskHub(Engines engines, Sidecars sidecars, IHostApplicationLifetime lifetime)
    : TaskHubSidecarService.TaskHubSidecarServiceBase
{
    private static readonly Empty Done = new();

    public override Task<Empty> Hello(Empty request, ServerCallContext context) => Task.FromResult(Done);

    public override async Task<CreateInstanceResponse> StartInstance(
        CreateInstanceRequest request,
        ServerCallContext context
    )
    {
        var management = Management(context);
        return new()
        {
            InstanceId = await management.StartAsync(
                request,
                context.RequestHeaders.GetValue("traceparent"),
                Until(context)
            ),
        };
    }

    public override async Task<GetInstanceResponse> GetInstance(
        GetInstanceRequest request,
        ServerCallContext context
    ) => Answer(await Management(context).FindAsync(request.InstanceId, request.GetInputsAndOutputs, Until(context)));

    public override async Task<GetInstanceResponse> WaitForInstanceStart(
        GetInstanceRequest request,
        ServerCallContext context
    ) =>
        Answer(
            await Management(context)
                .WaitAsync(request.InstanceId, request.GetInputsAndOutputs, forEnd: false, Until(context))
        );

    public override async Task<GetInstanceResponse> WaitForInstanceCompletion(
        GetInstanceRequest request,
        ServerCallContext context
    ) =>
        Answer(
            await Management(context)
                .WaitAsync(request.InstanceId, request.GetInputsAndOutputs, forEnd: true, Until(context))
        );

    public override Task<Empty> RaiseEvent(RaiseEventRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            happened => happened.EventRaised = new() { Name = request.Name, Input = request.Input },
            context
        );

    public override Task<Empty> TerminateInstance(TerminateRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            happened => happened.ExecutionTerminated = new() { Input = request.Output, Recurse = request.Recursive },
            context
        );

    public override Task<Empty> SuspendInstance(SuspendRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            happened => happened.ExecutionSuspended = new() { Input = request.Reason },
            context
        );

    public override Task<Empty> ResumeInstance(ResumeRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            happened => happened.ExecutionResumed = new() { Input = request.Reason },
            context
        );

    public override async Task<PurgeInstancesResponse> PurgeInstances(
        PurgeInstancesRequest request,
        ServerCallContext context
    ) =>
        new()
        {
            DeletedInstanceCount = await Management(context)
                .PurgeAsync(request.InstanceId, request.Recursive, request.Force, Until(context)),
            IsComplete = true,
        };

    public override async Task<ListInstanceIDsResponse> ListInstanceIDs(
        ListInstanceIDsRequest request,
        ServerCallContext context
    ) => await Management(context).ListAsync(request, Until(context));

    public override async Task<GetInstanceHistoryResponse> GetInstanceHistory(
        GetInstanceHistoryRequest request,
        ServerCallContext context
    ) => new() { Events = { await Management(context).HistoryAsync(request.InstanceId, Until(context)) } };

    public override async Task GetWorkItems(
        GetWorkItemsRequest request,
        IServerStreamWriter<WorkItem> responseStream,
        ServerCallContext context
    )
    {
        var (workers, until) = (Of(context).Workers, Until(context));
        await context.WriteResponseHeadersAsync([]);
        var stream = workers.Join(sidecars.Of(context));
        try
        {
            await foreach (var item in stream.Items.Reader.ReadAllAsync(until))
                await responseStream.WriteAsync(item, until);
        }
        catch (Exception) when (until.IsCancellationRequested)
        {
            // The worker went, or this process ends: the work goes to another.
        }
        finally
        {
            workers.Leave(stream);
        }
    }

    public override async Task<Empty> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        await (await Of(context).SessionAsync(Until(context))).CompleteActivityAsync(request);
        return Done;
    }

    public override async Task<Empty> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context)
    {
        await (await Of(context).SessionAsync(Until(context))).CompleteTurnAsync(request);
        return Done;
    }

    public override Task<Empty> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) =>
        CompleteWorkflowTask(request, context);

    private async Task<Empty> SendAsync(string id, Action<HistoryEvent> tell, ServerCallContext context)
    {
        await Management(context).SendAsync(id, tell, Until(context));
        return Done;
    }

    private Engine Of(ServerCallContext context) => engines.Of(sidecars.Of(context));

    private Management Management(ServerCallContext context) => new(Of(context));

    /// <summary>A call ends with its caller, and with this process.</summary>
    private CancellationToken Until(ServerCallContext context)
    {
        var both = CancellationTokenSource.CreateLinkedTokenSource(
            context.CancellationToken,
            lifetime.ApplicationStopping
        );
        context.GetHttpContext().Response.RegisterForDispose(both);
        return both.Token;
    }

    private static GetInstanceResponse Answer(WorkflowState? state) =>
        new() { Exists = state is not null, WorkflowState = state };
}
