using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class ChildWorkflowTests
{
    private static Task<string> Parent(WorkflowContext context, object? _) =>
        context.CallChildWorkflowAsync<string>("C", 1);

    [Fact]
    public void A_child_gets_an_id_of_its_own_that_is_the_same_in_every_replay()
    {
        var child = Replayed
            .Run<object?, string>(Parent, [], [Turn(), Begun()])
            .Actions.Should()
            .ContainSingle()
            .Subject.CreateChildWorkflow;
        child.Name.Should().Be("C");
        child.Input.Should().Be("1");
        child.InstanceId.Should().NotBeEmpty();

        Id().Should().Be(child.InstanceId);
        Id(instance: "another").Should().NotBe(child.InstanceId);
        Id(started: 1).Should().NotBe(child.InstanceId, "a later run of the same instance has other children");

        static string Id(string instance = "id", double started = 0) =>
            Replayed
                .Run<object?, string>(Parent, [], [Turn(), Begun(seconds: started)], instance)
                .Actions[0]
                .CreateChildWorkflow.InstanceId;
    }

    [Fact]
    public void A_given_id_is_used() =>
        Replayed
            .Run(
                context => context.CallChildWorkflowAsync("C", null, new ChildWorkflowTaskOptions("c-1")),
                [],
                [Turn(), Begun()]
            )
            .Actions.Should()
            .ContainSingle()
            .Which.CreateChildWorkflow.InstanceId.Should()
            .Be("c-1");

    [Fact]
    public void Its_result_is_the_calls_result() =>
        Replayed
            .Run<object?, string>(
                Parent,
                [Turn(), Begun(), ChildCreated(0, "C")],
                [Turn(1), ChildCompleted(0, "\"done\"")]
            )
            .End()!
            .Result.Should()
            .Be("\"done\"");

    [Fact]
    public void Its_failure_is_the_calls_failure() =>
        Replayed
            .Run<object?, string>(Parent, [Turn(), Begun(), ChildCreated(0, "C")], [Turn(1), ChildFailed(0, "broken")])
            .End()!
            .FailureDetails.ErrorMessage.Should()
            .Be("Child workflow 'C' (action 0) failed: broken");
}
