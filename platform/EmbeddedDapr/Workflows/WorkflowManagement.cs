using EmbeddedDapr.Workflows.Protocol;
using Grpc.Core;

namespace EmbeddedDapr.Workflows;

/// <summary>The client operations on an app's workflows, active or ended.</summary>
internal sealed class WorkflowManagement(Engine engine)
{
    private const int LargestPage = 1024;

    /// <summary>
    /// Starts an instance. Returns after the first turn, or, with a start time, when the start is durable.
    /// </summary>
    public async Task<string> StartAsync(
        CreateInstanceRequest request,
        string? traceParent,
        CancellationToken cancellationToken
    )
    {
        var id = request.InstanceId.Length > 0 ? request.InstanceId : Guid.CreateVersion7().ToString("N");
        if (InstanceId.Error(id) is { } fault)
            throw new RpcException(new Status(StatusCode.InvalidArgument, fault));
        if (request.Name.Length == 0)
            throw new RpcException(new Status(StatusCode.InvalidArgument, "The workflow has no name."));

        var session = await engine.SessionAsync(cancellationToken);
        await session.StartAsync(
            id,
            new()
            {
                Name = request.Name,
                Version = request.Version,
                Input = request.Input,
                ScheduledStartTimestamp = request.ScheduledStartTimestamp,
                ParentTraceContext = request.ParentTraceContext
                    ?? (traceParent is null ? null : new() { TraceParent = traceParent }),
                Tags = { request.Tags },
            }
        );
        if (request.ScheduledStartTimestamp is null)
            await WaitAsync(id, withPayloads: false, forEnd: false, cancellationToken);
        return id;
    }

    /// <returns>Null when the instance does not exist.</returns>
    public async Task<WorkflowState?> FindAsync(string id, bool withPayloads, CancellationToken cancellationToken)
    {
        if ((await engine.SessionAsync(cancellationToken)).Find(id) is { } active)
            return View(active.State, active.Input, withPayloads);
        if (await engine.Store.FindAsync(id, cancellationToken) is not { } ended)
            return null;
        var first = withPayloads ? await engine.Store.HistoryAsync(id, limit: 2, cancellationToken) : [];
        return View(
            ended,
            first.Find(historyEvent => historyEvent.ExecutionStarted is not null)?.ExecutionStarted.Input,
            withPayloads
        );
    }

    /// <summary>Waits until the instance has started or ended, also across restarts of the session.</summary>
    public async Task<WorkflowState?> WaitAsync(
        string id,
        bool withPayloads,
        bool forEnd,
        CancellationToken cancellationToken
    )
    {
        while (true)
        {
            await (await engine.SessionAsync(cancellationToken)).WaitAsync(id, forEnd, cancellationToken);
            if (await FindAsync(id, withPayloads, cancellationToken) is not { } state)
                throw NotFound(id);
            if (forEnd ? state.CompletedTimestamp is not null : state.WorkflowStatus != WorkflowStatus.Pending)
                return state;
        }
    }

    public async Task SendAsync(string id, Action<HistoryEvent> fill, CancellationToken cancellationToken)
    {
        var session = await engine.SessionAsync(cancellationToken);
        if (await FindAsync(id, withPayloads: false, cancellationToken) is null)
            throw NotFound(id);
        await session.SendAsync(id, fill);
    }

    /// <returns>The number of deleted instances.</returns>
    /// <exception cref="RpcException">FailedPrecondition: the instance is active.</exception>
    public async Task<int> PurgeAsync(string id, bool recursive, bool force, CancellationToken cancellationToken)
    {
        var session = await engine.SessionAsync(cancellationToken);
        if (session.Find(id) is not null)
        {
            if (!force)
                throw new RpcException(
                    new Status(StatusCode.FailedPrecondition, $"workflow '{id}' is not yet completed")
                );
            await session.DropAsync(id);
        }

        var children = recursive ? await engine.Store.HistoryAsync(id, int.MaxValue, cancellationToken) : [];
        if (!await engine.Store.DeleteEndedAsync(id, cancellationToken))
            return 0;
        var deleted = 1;
        foreach (
            var child in children
                .Select(historyEvent => historyEvent.ChildWorkflowInstanceCreated?.InstanceId)
                .OfType<string>()
                .Distinct()
        )
        {
            if (force || session.Find(child) is null)
                deleted += await PurgeAsync(child, recursive, force, cancellationToken);
        }
        return deleted;
    }

    public async Task<ListInstanceIDsResponse> ListAsync(
        ListInstanceIDsRequest request,
        CancellationToken cancellationToken
    )
    {
        var limit =
            request.HasPageSize && request.PageSize is > 0 and <= LargestPage ? (int)request.PageSize : LargestPage;
        var ids = await engine.Store.ListAsync(request.ContinuationToken, limit, cancellationToken);
        var response = new ListInstanceIDsResponse { InstanceIds = { ids } };
        if (ids.Count == limit)
            response.ContinuationToken = ids[^1];
        return response;
    }

    public async Task<List<HistoryEvent>> HistoryAsync(string id, CancellationToken cancellationToken)
    {
        if ((await engine.SessionAsync(cancellationToken)).History(id) is { } active)
            return active;
        return await engine.Store.HistoryAsync(id, int.MaxValue, cancellationToken) is { Count: > 0 } ended
            ? ended
            : throw NotFound(id);
    }

    private static WorkflowState View(WorkflowState state, string? input, bool withPayloads)
    {
        var view = state.Clone();
        (view.Input, view.Output, view.CustomStatus) = withPayloads
            ? (input, state.Output, state.CustomStatus)
            : (null, null, null);
        return view;
    }

    private static RpcException NotFound(string id) =>
        new(new Status(StatusCode.NotFound, $"no such instance exists: '{id}'"));
}
