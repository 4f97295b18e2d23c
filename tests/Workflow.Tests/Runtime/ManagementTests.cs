using Dapr.Workflow;
using Grpc.Core;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>The official client: starting, suspending, terminating, purging and reading workflows.</summary>
[Collection(RealDapr.Name)]
public sealed class ManagementTests(SharedStack stack)
{
    private IDaprWorkflowClient Client => stack.Client;

    [Fact]
    public async Task Starting_an_active_id_again_is_rejected_and_changes_nothing()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "first");

        var again = () => Client.ScheduleNewWorkflowAsync("Wait", id, "second");

        (await again.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.AlreadyExists);
        (await stack.StateOf(id)).ReadInputAs<string>().Should().Be("first");
        await Client.RaiseEventAsync(id, "Go", "it");
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("got it");
    }

    [Fact]
    public async Task A_start_time_defers_the_start()
    {
        var id = await Client.ScheduleNewWorkflowAsync(
            "GreetWorkflow",
            null,
            "later",
            TimeProvider.System.GetUtcNow().AddSeconds(6)
        );

        (await stack.StateOf(id)).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Pending);
        (await Client.WaitForWorkflowStartAsync(id)).RuntimeStatus.Should().NotBe(WorkflowRuntimeStatus.Pending);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("later:1-2-3-");
    }

    [Fact]
    public async Task A_suspended_workflow_keeps_its_custom_status_and_receives_its_event_after_resuming()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "shown");
        await Client.SuspendWorkflowAsync(id, "a pause");
        await stack.UntilAsync(
            id,
            state => state.RuntimeStatus == WorkflowRuntimeStatus.Suspended,
            "the workflow is suspended"
        );

        await Client.RaiseEventAsync(id, "Go", "it");
        if (DaprStack.KeepsWhatSuspensionAndTerminationSet)
            await stack.UntilAsync(id, state => state.ReadCustomStatusAs<string>() == "shown", "the status is kept");
        (await stack.StateOf(id)).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Suspended);

        await Client.ResumeWorkflowAsync(id);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("got it");
    }

    [Fact]
    public async Task A_terminated_workflow_ends_with_the_given_output_and_its_custom_status()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "shown");

        await Client.TerminateWorkflowAsync(id, "enough");

        var state = await stack.EndOf(id);
        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Terminated);
        if (!DaprStack.KeepsWhatSuspensionAndTerminationSet)
            return;
        state.ReadOutputAs<string>().Should().Be("enough");
        state.ReadCustomStatusAs<string>().Should().Be("shown");
    }

    [Fact]
    public async Task Only_an_ended_workflow_can_be_purged()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "x");
        var early = () => Client.PurgeInstanceAsync(id);
        (await early.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(DaprStack.PurgeOfActiveInstance);

        await Client.TerminateWorkflowAsync(id);
        await stack.EndOf(id);

        (await Client.PurgeInstanceAsync(id)).Should().BeTrue();
        (await stack.StateOf(id)).Exists.Should().BeFalse();
        if (DaprStack.PurgeOfMissingInstanceFails)
            await early.Should().ThrowAsync<RpcException>();
        else
            (await Client.PurgeInstanceAsync(id)).Should().BeFalse();
    }

    [Fact]
    public async Task Waiting_for_an_unknown_instance_fails()
    {
        // daprd waits until the caller cancels; the embedded runtime answers at once.
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(3));
        var end = () => Client.WaitForWorkflowCompletionAsync("unknown", cancellation: limit.Token);
        var start = () => Client.WaitForWorkflowStartAsync("unknown", cancellation: limit.Token);

        await end.Should().ThrowAsync<Exception>();
        await start.Should().ThrowAsync<Exception>();
        (await Client.GetWorkflowStateAsync("unknown"))!.Exists.Should().BeFalse();
    }

    [Fact]
    public async Task A_wait_ends_when_the_caller_cancels_it()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "x");
        using var cancel = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));

        var wait = () => Client.WaitForWorkflowCompletionAsync(id, cancellation: cancel.Token);

        await wait.Should().ThrowAsync<Exception>();
    }

    [Fact]
    public async Task The_state_is_read_without_inputs_and_outputs_on_request()
    {
        var id = await Client.ScheduleNewWorkflowAsync("GreetWorkflow", null, "x");
        await stack.EndOf(id);

        (await stack.StateOf(id, getInputsAndOutputs: false)).ReadOutputAs<string>().Should().BeNull();
    }

    [Fact]
    public async Task Ids_and_history_can_be_read()
    {
        var id = await Client.ScheduleNewWorkflowAsync("GreetWorkflow", null, "read");
        await stack.EndOf(id);

        (await Client.ListInstanceIdsAsync()).InstanceIds.Should().Contain(id);
        (await Client.GetInstanceHistoryAsync(id)).Should().HaveCountGreaterThan(8);
    }
}
