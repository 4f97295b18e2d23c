using Dapr.Workflow;

namespace DaprShop.Workflow.Tests.Runtime;

public sealed class FirstWorkflowTests(DaprStack stack) : IClassFixture<DaprStack>
{
    [Fact]
    public async Task Three_activities_run_one_after_the_other()
    {
        stack.Require();
        await using var worker = await WorkerHost.StartAsync(stack.GrpcPort, options =>
        {
            options.RegisterWorkflow<string, string>("Greet", async (context, name) =>
            {
                var text = await context.CallActivityAsync<string>("Append", $"{name}:1");
                text = await context.CallActivityAsync<string>("Append", $"{text}2");
                return await context.CallActivityAsync<string>("Append", $"{text}3");
            });
            options.RegisterActivity<string, string>("Append", (_, text) => Task.FromResult(text + "-"));
        });

        var id = await worker.Client.ScheduleNewWorkflowAsync("Greet", "greet-1", "world");
        var state = await worker.Client.WaitForWorkflowCompletionAsync(id, cancellation: TestContext.Current.CancellationToken);

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed, stack.Logs());
        state.ReadOutputAs<string>().Should().Be("world:1-2-3-");
    }
}
