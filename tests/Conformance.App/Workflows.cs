using Dapr.Workflow;

namespace DaprShop.Conformance.App;

/// <summary>Two activities; the second may be held, so that a test can kill its process.</summary>
internal sealed class TwoSteps : Workflow<int, string>
{
    public override async Task<string> RunAsync(WorkflowContext context, int input)
    {
        var first = await context.CallActivityAsync<int>(nameof(First), input);
        return await context.CallActivityAsync<string>(nameof(Second), first);
    }
}

internal sealed class First(Record record) : WorkflowActivity<int, int>
{
    public override Task<int> RunAsync(WorkflowActivityContext context, int input)
    {
        record.Add("first", context.InstanceId, input);
        return Task.FromResult(input + 1);
    }
}

internal sealed class Second(Record record, Behaviour behaviour) : WorkflowActivity<int, string>
{
    public override async Task<string> RunAsync(WorkflowActivityContext context, int input)
    {
        record.Add("second", context.InstanceId, input);
        await behaviour.ReleasedAsync(CancellationToken.None);
        return $"done {input}";
    }
}

internal static class WorkflowServices
{
    public static IServiceCollection AddWorkflows(this IServiceCollection services)
    {
        services.AddDaprWorkflow(); // Workflows and activities register themselves, by their type names.
        return services;
    }
}
