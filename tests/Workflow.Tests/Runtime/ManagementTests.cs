using Dapr.Workflow;

namespace DaprShop.Workflow.Tests.Runtime;

[Collection(RealDapr.Name)]
public sealed class ManagementTests(SharedStack stack)
{
    [Fact]
    public async Task Starting_an_active_id_again_changes_nothing_and_succeeds()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "first");

        (await stack.Client.ScheduleNewWorkflowAsync("Wait", id, "second")).Should().Be(id);

        (await stack.Client.GetWorkflowStateAsync(id))!.ReadInputAs<string>().Should().Be("first");
        await stack.Client.RaiseEventAsync(id, "Go", "it");
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("got it");
    }

    [Fact]
    public async Task A_given_time_defers_the_start()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync(
            "GreetWorkflow",
            null,
            "later",
            TimeProvider.System.GetUtcNow().AddSeconds(6)
        );

        (await stack.Client.GetWorkflowStateAsync(id))!.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Pending);
        (await stack.Client.WaitForWorkflowStartAsync(id)).RuntimeStatus.Should().NotBe(WorkflowRuntimeStatus.Pending);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("later:1-2-3-");
    }

    [Fact]
    public async Task A_suspended_workflow_keeps_its_status_and_takes_its_event_after_resuming()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "shown");
        await stack.Client.SuspendWorkflowAsync(id, "a pause");
        await stack.UntilAsync(id, state => state.RuntimeStatus == WorkflowRuntimeStatus.Suspended, "suspended");

        await stack.Client.RaiseEventAsync(id, "Go", "it");
        await stack.UntilAsync(id, state => state.ReadCustomStatusAs<string>() == "shown", "the status still shown");
        (await stack.Client.GetWorkflowStateAsync(id))!.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Suspended);

        await stack.Client.ResumeWorkflowAsync(id);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("got it");
    }

    [Fact]
    public async Task A_terminated_workflow_ends_with_the_given_output_and_its_status()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "shown");

        await stack.Client.TerminateWorkflowAsync(id, "enough");

        var state = await stack.EndOf(id);
        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Terminated);
        state.ReadOutputAs<string>().Should().Be("enough");
        state.ReadCustomStatusAs<string>().Should().Be("shown");
    }

    [Fact]
    public async Task Only_an_ended_workflow_can_be_purged()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "x");
        (await stack.Client.PurgeInstanceAsync(id)).Should().BeFalse();

        await stack.Client.TerminateWorkflowAsync(id);
        await stack.EndOf(id);

        (await stack.Client.PurgeInstanceAsync(id)).Should().BeTrue();
        (await stack.Client.GetWorkflowStateAsync(id)).Should().BeNull();
        (await stack.Client.PurgeInstanceAsync(id)).Should().BeFalse();
    }

    [Fact]
    public async Task Waiting_for_nobody_says_so()
    {
        stack.Dapr.Require();
        await FluentActions.Awaiting(() => stack.EndOf("nobody")).Should().ThrowAsync<InvalidOperationException>();
        await FluentActions
            .Awaiting(() => stack.Client.WaitForWorkflowStartAsync("nobody"))
            .Should()
            .ThrowAsync<InvalidOperationException>();
        (await stack.Client.GetWorkflowStateAsync("nobody")).Should().BeNull();
    }

    [Fact]
    public async Task A_wait_ends_when_its_caller_has_enough()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("Wait", null, "x");
        using var enough = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        await FluentActions
            .Awaiting(() => stack.Client.WaitForWorkflowCompletionAsync(id, cancellation: enough.Token))
            .Should()
            .ThrowAsync<OperationCanceledException>();
    }

    [Fact]
    public async Task Without_inputs_and_outputs_none_are_read()
    {
        var id = await stack.Client.ScheduleNewWorkflowAsync("GreetWorkflow", null, "x");
        await stack.EndOf(id);

        (await stack.Client.GetWorkflowStateAsync(id, getInputsAndOutputs: false))!
            .ReadOutputAs<string>()
            .Should()
            .BeNull();
    }
}
