using System.Diagnostics;
using Dapr.Workflow;

namespace DaprShop.Workflow.Tests.Runtime;

[Collection(RealDapr.Name)]
public sealed class RunningTests(SharedStack stack)
{
    [Fact]
    public async Task Three_activities_run_in_sequence()
    {
        var state = await stack.RunAsync("GreetWorkflow", "world");

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed);
        state.WorkflowName.Should().Be("GreetWorkflow");
        state.ReadInputAs<string>().Should().Be("world");
        state.ReadOutputAs<string>().Should().Be("world:1-2-3-");
        state.CreatedAt.Should().BeAfter(DateTimeOffset.UnixEpoch);
    }

    [Fact]
    public async Task A_hundred_workflows_run_concurrently()
    {
        var states = await Task.WhenAll(Enumerable.Range(0, 100).Select(i => stack.RunAsync("GreetWorkflow", $"{i}")));

        states
            .Select(state => state.ReadOutputAs<string>())
            .Should()
            .Equal(Enumerable.Range(0, 100).Select(i => $"{i}:1-2-3-"));
    }

    [Fact]
    public async Task An_unhandled_failure_is_reported()
    {
        var state = await stack.RunAsync("Fails", "broken");

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Failed);
        state.IsWorkflowCompleted.Should().BeTrue();
        state.FailureDetails!.ErrorMessage.Should().Contain("broken");
        state.FailureDetails.IsCausedBy<WorkflowTaskFailedException>().Should().BeTrue();
    }

    [Fact]
    public async Task A_failing_activity_is_retried()
    {
        var state = await stack.RunAsync("RetryThrice");

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ToString());
        state.ReadOutputAs<string[]>().Should().HaveCount(3).And.OnlyContain(key => key.Length > 0);
    }

    [Fact]
    public async Task A_result_of_a_megabyte_is_returned() =>
        (await stack.RunAsync("Large", 1_000_000)).ReadOutputAs<int>().Should().Be(1_000_000);

    [Fact]
    public async Task A_durable_timer_waits_for_its_due_time()
    {
        var state = await stack.RunAsync("Sleep", 1.5);

        state.ReadOutputAs<double>().Should().BeInRange(1.5, 10);
    }

    [Fact]
    public async Task An_event_wakes_a_waiting_workflow_that_shows_its_custom_status()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "waiting");
        await stack.UntilAsync(id, state => state.ReadCustomStatusAs<string>() == "waiting", "the status is visible");

        await stack.Client.RaiseEventAsync(id, "gO", "it");

        var end = await stack.EndOf(id);
        end.ReadOutputAs<string>().Should().Be("got it");
        end.ReadCustomStatusAs<string>().Should().Be("waiting");
    }

    [Fact]
    public async Task A_wait_ends_with_its_timeout_or_with_the_event()
    {
        (await stack.RunAsync("WaitAtMost", 0.3)).ReadOutputAs<string>().Should().Be("too late");

        var id = await stack.Client.ScheduleNewWorkflowAsync("WaitAtMost", null, 60);
        await stack.Client.RaiseEventAsync(id, "Go", "in time");
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("in time");
    }

    [Fact]
    public async Task A_wait_without_timeout_receives_its_event()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("WaitAtMost", null, -1);
        await stack.Client.RaiseEventAsync(id, "Go", "at last");

        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("at last");
    }

    [Fact]
    public async Task Results_and_failures_of_children_reach_their_parent() =>
        (await stack.RunAsync("Parent", "p"))
            .ReadOutputAs<string>()
            .Should()
            .StartWith("p:1-2-3-,p2:1-2-3- ")
            .And.EndWith("as it must");

    [Fact]
    public async Task Continuing_as_new_keeps_unconsumed_events()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("CountDown", null, 3);
        await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => stack.Client.RaiseEventAsync(id, "Step", 1)));

        var state = await stack.EndOf(id);
        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed);
        state.ReadOutputAs<int>().Should().Be(0);
        state.ReadCustomStatusAs<int>().Should().Be(1);
    }

    [Fact]
    public async Task An_id_that_ran_before_runs_again()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Ids");
        var first = (await stack.EndOf(id)).ReadOutputAs<Guid[]>()!;
        await stack.Client.ScheduleNewWorkflowAsync("Ids", id);
        var second = (await stack.EndOf(id)).ReadOutputAs<Guid[]>()!;

        first.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        second.Should().HaveCount(2).And.OnlyHaveUniqueItems();
        if (DaprStack.RunsOfOneIdDrawNewIds)
            first.Should().NotIntersectWith(second);
    }

    [Fact]
    public async Task The_trace_of_the_starter_continues_in_the_activities()
    {
        using var listener = new ActivityListener
        {
            ShouldListenTo = source => source.Name is "Dapr.Workflow" or "the starter",
            Sample = (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using var source = new ActivitySource("the starter");
        using var starter = source.StartActivity();

        (await stack.RunAsync("Trace")).ReadOutputAs<string>().Should().Be($"{starter!.TraceId}");
    }

    [Fact]
    public async Task An_unknown_workflow_fails() =>
        (await stack.RunAsync("Unknown")).FailureDetails!.ErrorType.Should().Be("WorkflowNotFound");
}
