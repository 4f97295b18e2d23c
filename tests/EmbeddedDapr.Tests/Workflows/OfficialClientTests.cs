using Dapr.Workflow;
using DaprShop.Workflow.Tests.Runtime;
using Grpc.Core;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>The official package's client and worker.</summary>
[Collection(RealDapr.Name)]
public sealed class OfficialClientTests(SharedStack stack)
{
    private IDaprWorkflowClient Client => stack.Client;

    [Fact]
    public async Task A_failing_activity_is_retried()
    {
        var state = await stack.RunAsync("Stubborn");
        state.ReadOutputAs<string[]>().Should().HaveCount(3);
    }

    [Fact]
    public async Task An_active_id_is_refused()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "first");
        var again = () => Client.ScheduleNewWorkflowAsync("Wait", id, "second");
        (await again.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.AlreadyExists);
        (await Client.GetWorkflowStateAsync(id))!.ReadInputAs<string>().Should().Be("first");
    }

    [Fact]
    public async Task A_given_time_defers_the_start()
    {
        var id = await Client.ScheduleNewWorkflowAsync(
            "GreetWorkflow",
            null,
            "later",
            TimeProvider.System.GetUtcNow().AddSeconds(6)
        );
        (await Client.GetWorkflowStateAsync(id))!.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Pending);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("later:1-2-3-");
    }

    [Fact]
    public async Task A_suspended_workflow_keeps_its_status_and_takes_its_event_after_resuming()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "shown");
        await Client.SuspendWorkflowAsync(id, "a pause");
        await stack.UntilAsync(id, state => state.RuntimeStatus == WorkflowRuntimeStatus.Suspended, "suspended");

        await Client.RaiseEventAsync(id, "Go", "it");
        var state = (await Client.GetWorkflowStateAsync(id))!;
        (state.RuntimeStatus, state.ReadCustomStatusAs<string>())
            .Should()
            .Be((WorkflowRuntimeStatus.Suspended, "shown"));

        await Client.ResumeWorkflowAsync(id);
        (await stack.EndOf(id)).ReadOutputAs<string>().Should().Be("got it");
    }

    [Fact]
    public async Task A_terminated_workflow_ends_with_the_given_output_and_its_status()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "shown");
        await Client.TerminateWorkflowAsync(id, "enough");

        var state = await stack.EndOf(id);
        (state.RuntimeStatus, state.ReadOutputAs<string>(), state.ReadCustomStatusAs<string>())
            .Should()
            .Be((WorkflowRuntimeStatus.Terminated, "enough", "shown"));
    }

    [Fact]
    public async Task Only_an_ended_workflow_can_be_purged()
    {
        var id = await Client.ScheduleNewWorkflowAsync("Wait", null, "x");
        var early = () => Client.PurgeInstanceAsync(id);
        (await early.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.FailedPrecondition);

        await Client.TerminateWorkflowAsync(id);
        await stack.EndOf(id);
        (await Client.PurgeInstanceAsync(id)).Should().BeTrue();
        (await Client.GetWorkflowStateAsync(id))!.Exists.Should().BeFalse();
        (await Client.PurgeInstanceAsync(id)).Should().BeFalse();
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
