using EmbeddedDapr.Hosting;
using EmbeddedDapr.Workflows.Protocol;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EmbeddedDapr.Workflows;

/// <summary>The gRPC service for workflow workers and clients; each sidecar's port serves that sidecar's app.</summary>
internal sealed class TaskHubService(Engines engines, Sidecars sidecars, IHostApplicationLifetime lifetime)
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
                CancellationOf(context)
            ),
        };
    }

    public override async Task<GetInstanceResponse> GetInstance(
        GetInstanceRequest request,
        ServerCallContext context
    ) =>
        Answer(
            await Management(context)
                .FindAsync(request.InstanceId, request.GetInputsAndOutputs, CancellationOf(context))
        );

    public override async Task<GetInstanceResponse> WaitForInstanceStart(
        GetInstanceRequest request,
        ServerCallContext context
    ) =>
        Answer(
            await Management(context)
                .WaitAsync(request.InstanceId, request.GetInputsAndOutputs, forEnd: false, CancellationOf(context))
        );

    public override async Task<GetInstanceResponse> WaitForInstanceCompletion(
        GetInstanceRequest request,
        ServerCallContext context
    ) =>
        Answer(
            await Management(context)
                .WaitAsync(request.InstanceId, request.GetInputsAndOutputs, forEnd: true, CancellationOf(context))
        );

    public override Task<Empty> RaiseEvent(RaiseEventRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            historyEvent => historyEvent.EventRaised = new() { Name = request.Name, Input = request.Input },
            context
        );

    public override Task<Empty> TerminateInstance(TerminateRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            historyEvent =>
                historyEvent.ExecutionTerminated = new() { Input = request.Output, Recurse = request.Recursive },
            context
        );

    public override Task<Empty> SuspendInstance(SuspendRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            historyEvent => historyEvent.ExecutionSuspended = new() { Input = request.Reason },
            context
        );

    public override Task<Empty> ResumeInstance(ResumeRequest request, ServerCallContext context) =>
        SendAsync(
            request.InstanceId,
            historyEvent => historyEvent.ExecutionResumed = new() { Input = request.Reason },
            context
        );

    public override async Task<PurgeInstancesResponse> PurgeInstances(
        PurgeInstancesRequest request,
        ServerCallContext context
    ) =>
        new()
        {
            DeletedInstanceCount = await Management(context)
                .PurgeAsync(request.InstanceId, request.Recursive, request.Force, CancellationOf(context)),
            IsComplete = true,
        };

    public override async Task<ListInstanceIDsResponse> ListInstanceIDs(
        ListInstanceIDsRequest request,
        ServerCallContext context
    ) => await Management(context).ListAsync(request, CancellationOf(context));

    public override async Task<GetInstanceHistoryResponse> GetInstanceHistory(
        GetInstanceHistoryRequest request,
        ServerCallContext context
    ) => new() { Events = { await Management(context).HistoryAsync(request.InstanceId, CancellationOf(context)) } };

    public override async Task GetWorkItems(
        GetWorkItemsRequest request,
        IServerStreamWriter<WorkItem> responseStream,
        ServerCallContext context
    )
    {
        var (workers, until) = (Of(context).Workers, CancellationOf(context));
        await context.WriteResponseHeadersAsync([]);
        var stream = workers.Join(sidecars.Of(context));
        try
        {
            await foreach (var item in stream.Items.Reader.ReadAllAsync(until))
                await responseStream.WriteAsync(item, until);
        }
        catch (Exception) when (until.IsCancellationRequested)
        {
            // The worker disconnected, or this process stops: other workers get the work.
        }
        finally
        {
            workers.Leave(stream);
        }
    }

    public override async Task<Empty> CompleteActivityTask(ActivityResponse request, ServerCallContext context)
    {
        await (await Of(context).SessionAsync(CancellationOf(context))).CompleteActivityAsync(request);
        return Done;
    }

    public override async Task<Empty> CompleteWorkflowTask(WorkflowResponse request, ServerCallContext context)
    {
        await (await Of(context).SessionAsync(CancellationOf(context))).CompleteTurnAsync(request);
        return Done;
    }

    public override Task<Empty> CompleteOrchestratorTask(WorkflowResponse request, ServerCallContext context) =>
        CompleteWorkflowTask(request, context);

    private async Task<Empty> SendAsync(string id, Action<HistoryEvent> fill, ServerCallContext context)
    {
        await Management(context).SendAsync(id, fill, CancellationOf(context));
        return Done;
    }

    private Engine Of(ServerCallContext context) => engines.Of(sidecars.Of(context));

    private WorkflowManagement Management(ServerCallContext context) => new(Of(context));

    /// <summary>Cancelled by the caller, or when this process stops.</summary>
    private CancellationToken CancellationOf(ServerCallContext context)
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
