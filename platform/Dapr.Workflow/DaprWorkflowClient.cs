using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using Dapr.Workflow.Worker;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow;

/// <inheritdoc cref="IDaprWorkflowClient" />
public sealed class DaprWorkflowClient : IDaprWorkflowClient
{
    private readonly Sidecar _sidecar;

    internal DaprWorkflowClient(Sidecar sidecar) => _sidecar = sidecar;

    /// <inheritdoc />
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId = null, object? input = null) =>
        ScheduleNewWorkflowAsync(name, instanceId, input, (DateTimeOffset?)null);

    /// <inheritdoc />
    public Task<string> ScheduleNewWorkflowAsync(string name, string? instanceId, object? input, DateTime? startTime) =>
        ScheduleNewWorkflowAsync(
            name,
            instanceId,
            input,
            startTime is { } time ? new DateTimeOffset(time) : (DateTimeOffset?)null
        );

    /// <inheritdoc />
    public async Task<string> ScheduleNewWorkflowAsync(
        string name,
        string? instanceId,
        object? input,
        DateTimeOffset? startTime,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var request = new CreateInstanceRequest
        {
            InstanceId = string.IsNullOrEmpty(instanceId) ? Guid.CreateVersion7().ToString("N") : instanceId,
            Name = name,
            Input = Payload.Write(input),
            ScheduledStartTimestamp = startTime is { } time ? Timestamp.FromDateTimeOffset(time) : null,
            ParentTraceContext = Trace.Current(),
        };
        try
        {
            return (
                await _sidecar.Service.StartInstanceAsync(request, _sidecar.Within(Timing.Start, cancellation))
            ).InstanceId;
        }
        catch (RpcException e) when (IsActiveAlready(e))
        {
            return request.InstanceId;
        }
        catch (RpcException e)
            when (Translate(
                    e,
                    $"Workflow {request.InstanceId} did not begin in time. It may yet; the same id may be started again.",
                    cancellation
                )
                    is { } better
            )
        {
            throw better;
        }
    }

    /// <inheritdoc />
    public async Task<WorkflowState?> GetWorkflowStateAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    )
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                var response = await CallAsync(
                    instanceId,
                    options => _sidecar.Service.GetInstanceAsync(Query(instanceId, getInputsAndOutputs), options),
                    cancellation
                );
                return response.Exists ? new WorkflowState(response.WorkflowState) : null;
            }
            catch (RpcException e) when (e.StatusCode == StatusCode.Unknown && attempt < Timing.ReadAttempts)
            {
                // The sidecar reads the rows of a state one by one: a turn's save in between looks to it like a missing row.
                await Task.Delay(Timing.ReadAgain, cancellation);
            }
        }
    }

    /// <inheritdoc />
    public Task<WorkflowState> WaitForWorkflowStartAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    ) =>
        WaitAsync(
            instanceId,
            getInputsAndOutputs,
            _sidecar.Service.WaitForInstanceStartAsync,
            state => state.RuntimeStatus != WorkflowRuntimeStatus.Pending,
            cancellation
        );

    /// <inheritdoc />
    public Task<WorkflowState> WaitForWorkflowCompletionAsync(
        string instanceId,
        bool getInputsAndOutputs = true,
        CancellationToken cancellation = default
    ) =>
        WaitAsync(
            instanceId,
            getInputsAndOutputs,
            _sidecar.Service.WaitForInstanceCompletionAsync,
            state => state.IsWorkflowCompleted,
            cancellation
        );

    /// <inheritdoc />
    public Task RaiseEventAsync(
        string instanceId,
        string eventName,
        object? eventPayload = null,
        CancellationToken cancellation = default
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(eventName);
        var request = new RaiseEventRequest
        {
            InstanceId = instanceId,
            Name = eventName,
            Input = Payload.Write(eventPayload),
        };
        return CallAsync(instanceId, options => _sidecar.Service.RaiseEventAsync(request, options), cancellation);
    }

    /// <inheritdoc />
    public Task TerminateWorkflowAsync(
        string instanceId,
        object? output = null,
        CancellationToken cancellation = default
    )
    {
        var request = new TerminateRequest
        {
            InstanceId = instanceId,
            Output = Payload.Write(output),
            Recursive = true,
        };
        return CallAsync(
            instanceId,
            options => _sidecar.Service.TerminateInstanceAsync(request, options),
            cancellation
        );
    }

    /// <inheritdoc />
    public Task SuspendWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        var request = new SuspendRequest { InstanceId = instanceId, Reason = reason };
        return CallAsync(instanceId, options => _sidecar.Service.SuspendInstanceAsync(request, options), cancellation);
    }

    /// <inheritdoc />
    public Task ResumeWorkflowAsync(string instanceId, string? reason = null, CancellationToken cancellation = default)
    {
        var request = new ResumeRequest { InstanceId = instanceId, Reason = reason };
        return CallAsync(instanceId, options => _sidecar.Service.ResumeInstanceAsync(request, options), cancellation);
    }

    /// <inheritdoc />
    public async Task<bool> PurgeInstanceAsync(string instanceId, CancellationToken cancellation = default)
    {
        var request = new PurgeInstancesRequest { InstanceId = instanceId, Recursive = true };
        try
        {
            return (
                    await CallAsync(
                        instanceId,
                        options => _sidecar.Service.PurgeInstancesAsync(request, options),
                        cancellation
                    )
                ).DeletedInstanceCount > 0;
        }
        catch (RpcException e) when (CannotBePurged(e))
        {
            return false;
        }
    }

    /// <summary>The connection belongs to the container and stays open.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async Task<WorkflowState> WaitAsync(
        string instanceId,
        bool getInputsAndOutputs,
        Func<GetInstanceRequest, CallOptions, AsyncUnaryCall<GetInstanceResponse>> call,
        Func<WorkflowState, bool> isReached,
        CancellationToken cancellation
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        var wait = Timing.FirstReconnect;
        for (var round = Timing.FirstWaitRound; ; round = Timing.WaitRound)
        {
            try
            {
                var response = await call(Query(instanceId, getInputsAndOutputs), _sidecar.Within(round, cancellation));
                if (response.Exists && new WorkflowState(response.WorkflowState) is var state && isReached(state))
                    return state;
                if (!response.Exists)
                    throw NotFound(instanceId);
            }
            catch (RpcException) when (cancellation.IsCancellationRequested)
            {
                throw new OperationCanceledException(cancellation);
            }
            catch (RpcException e)
                when (e.StatusCode
                        is not (StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented)
                )
            {
                // The round is over, or there is no worker or no sidecar for the moment, or no such workflow: the state itself tells which.
                if (await LookAsync(instanceId, getInputsAndOutputs, cancellation) is { } seen && isReached(seen))
                    return seen;
                if (e.StatusCode == StatusCode.DeadlineExceeded)
                    continue;
            }

            await Task.Delay(wait, cancellation);
            wait = Timing.Slower(wait);
        }
    }

    private async Task<WorkflowState?> LookAsync(
        string instanceId,
        bool getInputsAndOutputs,
        CancellationToken cancellation
    )
    {
        try
        {
            return await GetWorkflowStateAsync(instanceId, getInputsAndOutputs, cancellation)
                ?? throw NotFound(instanceId);
        }
        catch (Exception e) when (e is RpcException or TimeoutException)
        {
            return null;
        }
    }

    private async Task<T> CallAsync<T>(
        string instanceId,
        Func<CallOptions, AsyncUnaryCall<T>> call,
        CancellationToken cancellation
    )
    {
        ArgumentException.ThrowIfNullOrEmpty(instanceId);
        try
        {
            return await call(_sidecar.Within(Timing.Manage, cancellation));
        }
        catch (RpcException e) when (Translate(e, "The sidecar did not answer in time.", cancellation) is { } better)
        {
            throw better;
        }
    }

    /// <summary>So that callers need no gRPC types for the two ordinary cases.</summary>
    private static Exception? Translate(RpcException e, string onTimeout, CancellationToken cancellation) =>
        e.StatusCode switch
        {
            _ when cancellation.IsCancellationRequested => new OperationCanceledException(cancellation),
            StatusCode.DeadlineExceeded => new TimeoutException(onTimeout, e),
            _ => null,
        };

    private static bool IsActiveAlready(RpcException e) =>
        e.StatusCode == StatusCode.AlreadyExists
        || e.Status.Detail.Contains("already exists", StringComparison.Ordinal);

    /// <summary>The sidecar tells by words only that a workflow has not ended or does not exist.</summary>
    private static bool CannotBePurged(RpcException e) =>
        e.StatusCode is StatusCode.NotFound or StatusCode.FailedPrecondition
        || e.Status.Detail.Contains("not yet completed", StringComparison.Ordinal)
        || e.Status.Detail.Contains("no such instance", StringComparison.Ordinal);

    private static InvalidOperationException NotFound(string instanceId) => new($"There is no workflow {instanceId}.");

    private static GetInstanceRequest Query(string instanceId, bool getInputsAndOutputs) =>
        new() { InstanceId = instanceId, GetInputsAndOutputs = getInputsAndOutputs };
}
