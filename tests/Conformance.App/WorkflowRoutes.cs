using Dapr.Actors;
using Dapr.Actors.Client;
using Dapr.Workflow;

namespace DaprShop.Conformance.App;

/// <summary>Lets the test drive the workflow and the actor through the official clients.</summary>
internal static class WorkflowRoutes
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(5);

    public static void MapWorkflows(this WebApplication app)
    {
        app.MapPost("/workflows/{id}/{input:int}", StartAsync);
        app.MapGet(
            "/workflows/{id}",
            async (string id, DaprWorkflowClient workflows, CancellationToken cancellationToken) =>
                await workflows.GetWorkflowStateAsync(id, getInputsAndOutputs: true, cancellationToken)
                    is { RuntimeStatus: WorkflowRuntimeStatus.Completed } state
                    ? Results.Ok(state.ReadOutputAs<string>())
                    : Results.NotFound()
        );
        app.MapPost(
            "/alarms/{id}/{number:long}/{afterMs:int}",
            (string id, long number, int afterMs, IActorProxyFactory actors) =>
                actors.CreateActorProxy<IAlarm>(new ActorId(id), nameof(Alarm)).SetAsync(new Setting(number, afterMs))
        );
    }

    // Without a deadline, a start waits without limit until a worker registers; the same id may be started again.
    private static async Task<IResult> StartAsync(string id, int input, DaprWorkflowClient workflows)
    {
        using var deadline = new CancellationTokenSource(StartTimeout);
        try
        {
            await workflows.ScheduleNewWorkflowAsync(nameof(TwoSteps), id, input, startTime: null, deadline.Token);
            return Results.Ok();
        }
        catch (Grpc.Core.RpcException e) when (e.StatusCode == Grpc.Core.StatusCode.AlreadyExists)
        {
            return Results.Ok();
        }
        catch (Exception e) when (e is Grpc.Core.RpcException or OperationCanceledException)
        {
            return Results.StatusCode(StatusCodes.Status503ServiceUnavailable);
        }
    }
}
