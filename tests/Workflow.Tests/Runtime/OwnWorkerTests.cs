using Dapr.Workflow;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>Where our worker does better than the official one, which takes a new key per attempt and drops a result that is too large.</summary>
[Collection(RealDapr.Name)]
public sealed class OwnWorkerTests(SharedStack stack)
{
    [Fact]
    public async Task A_failing_activity_is_retried_under_one_key()
    {
        var state = await stack.RunAsync("Stubborn");

        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed, state.FailureDetails?.ToString());
        state.ReadOutputAs<string[]>().Should().HaveCount(3).And.OnlyContain(key => key.Length == 32);
        state.ReadOutputAs<string[]>()!.Distinct().Should().ContainSingle();
    }

    [Fact]
    public async Task A_result_the_sidecar_refuses_for_its_size_fails_the_activity()
    {
        (await stack.RunAsync("Large", 1_000_000)).ReadOutputAs<int>().Should().Be(1_000_000);

        var state = await stack.RunAsync("Large", 5_000_000);
        state.RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Failed);
        state.FailureDetails!.ErrorMessage.Should().Contain("too large");
    }
}
