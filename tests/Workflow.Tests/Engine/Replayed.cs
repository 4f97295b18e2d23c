using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Registration;
using Dapr.Workflow.Replay;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Workflow.Tests.Engine;

/// <summary>Runs one turn of the workflow "W".</summary>
internal static class Replayed
{
    public static WorkflowResponse Run<TIn, TOut>(
        Func<WorkflowContext, TIn, Task<TOut>> code,
        HistoryEvent[] past,
        HistoryEvent[] @new,
        string instanceId = "id",
        ILoggerFactory? loggers = null
    )
    {
        var options = new WorkflowRuntimeOptions();
        options.RegisterWorkflow("W", code);
        return Run(options, past, @new, instanceId, loggers);
    }

    public static WorkflowResponse Run(
        Func<WorkflowContext, Task> code,
        HistoryEvent[] past,
        HistoryEvent[] @new,
        string instanceId = "id"
    ) =>
        Run<object?, object?>(
            async (context, _) =>
            {
                await code(context);
                return null;
            },
            past,
            @new,
            instanceId
        );

    public static WorkflowResponse Run(
        WorkflowRuntimeOptions options,
        HistoryEvent[] past,
        HistoryEvent[] @new,
        string instanceId = "id",
        ILoggerFactory? loggers = null
    ) => Run(options.Registry, past, @new, instanceId, loggers);

    public static CompleteWorkflowAction? End(this WorkflowResponse response) =>
        response.Actions.LastOrDefault()?.CompleteWorkflow;

    private static WorkflowResponse Run(
        WorkflowRegistry registry,
        HistoryEvent[] past,
        HistoryEvent[] @new,
        string instanceId,
        ILoggerFactory? loggers
    )
    {
        var request = new WorkflowRequest
        {
            InstanceId = instanceId,
            PastEvents = { past },
            NewEvents = { @new },
        };
        using var services = new ServiceCollection().AddSingleton("from the container").BuildServiceProvider();
        return WorkflowTurn.Run(request, registry, services, loggers ?? NullLoggerFactory.Instance);
    }
}
