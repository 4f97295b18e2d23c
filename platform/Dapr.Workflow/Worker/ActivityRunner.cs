using System.Diagnostics;
using Dapr.Workflow.Abstractions;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Microsoft.Extensions.DependencyInjection;

namespace Dapr.Workflow.Worker;

/// <summary>Runs one activity in a scope of its own. Whatever it throws becomes its failure.</summary>
internal sealed class ActivityRunner(WorkflowRegistry registry, IServiceScopeFactory scopes)
{
    public async Task<ActivityResponse> RunAsync(ActivityRequest request)
    {
        var response = new ActivityResponse
        {
            InstanceId = request.WorkflowInstance?.InstanceId ?? "",
            TaskId = request.TaskId,
        };
        if (registry.FindActivity(request.Name) is not { } create)
        {
            response.FailureDetails = Failures.Of(
                "ActivityNotFoundException",
                $"No activity named '{request.Name}' is registered."
            );
            return response;
        }

        using var trace = Trace.StartActivity(request);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var activity = create(scope.ServiceProvider);
            var context = new Context(request.Name, request.TaskExecutionId, response.InstanceId);
            response.Result = Payload.Write(
                await activity.RunAsync(context, Payload.Read(request.Input, activity.InputType))
            );
        }
#pragma warning disable CA1031 // An activity may throw anything.
        catch (Exception e)
#pragma warning restore CA1031
        {
            trace?.SetStatus(ActivityStatusCode.Error, e.Message);
            response.Result = null;
            response.FailureDetails = Failures.From(e);
        }

        return response;
    }

    /// <summary>The answer instead of one that was refused for its size.</summary>
    public static ActivityResponse TooLarge(ActivityResponse refused) =>
        new()
        {
            InstanceId = refused.InstanceId,
            TaskId = refused.TaskId,
            CompletionToken = refused.CompletionToken,
            FailureDetails = Failures.TooLarge("The activity's result is"),
        };

    private sealed class Context(string name, string key, string instanceId) : WorkflowActivityContext
    {
        public override TaskIdentifier Identifier => name;

        public override string TaskExecutionKey => key;

        public override string InstanceId => instanceId;
    }
}
