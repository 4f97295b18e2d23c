using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class RetryTests
{
    private static readonly WorkflowRetryPolicy ThreeTimes = new(3, TimeSpan.FromSeconds(2), backoffCoefficient: 2);

    private static Task Code(WorkflowContext context) =>
        context.CallActivityAsync("A", "in", new WorkflowTaskOptions(ThreeTimes));

    [Fact]
    public void A_failure_is_followed_by_a_timer()
    {
        var response = Replayed.Run(Code, [Turn(), Begun(), Scheduled(0, "A")], [Turn(10), Failed(0)]);

        var timer = response.Actions.Should().ContainSingle().Subject;
        timer.Id.Should().Be(1);
        timer.CreateTimer.FireAt.Should().Be(At(12));
        timer.CreateTimer.ActivityRetry.TaskExecutionId.Should().NotBeEmpty();
    }

    [Fact]
    public void The_timer_is_followed_by_the_same_call_under_the_same_key()
    {
        var key = Replayed.Run(Code, [], [Turn(), Begun()]).Actions[0].ScheduleTask.TaskExecutionId;
        var response = Replayed.Run(
            Code,
            [Turn(), Begun(), Scheduled(0, "A"), Turn(10), Failed(0), TimerSet(1)],
            [Turn(12), Fired(1)]
        );

        var again = response.Actions.Should().ContainSingle().Subject;
        again.Id.Should().Be(2);
        again.ScheduleTask.Input.Should().Be("\"in\"");
        again.ScheduleTask.TaskExecutionId.Should().Be(key).And.NotBeEmpty();
    }

    [Fact]
    public void The_last_attempts_failure_fails_the_call()
    {
        HistoryEvent[] past =
        [
            Turn(),
            Begun(),
            Scheduled(0, "A"),
            Turn(10),
            Failed(0),
            TimerSet(1),
            Turn(12),
            Fired(1),
            Scheduled(2, "A"),
            Turn(13),
            Failed(2),
            TimerSet(3),
            Turn(17),
            Fired(3),
            Scheduled(4, "A"),
        ];

        Replayed
            .Run(Code, past, [Turn(18), Failed(4, "the third")])
            .End()!
            .FailureDetails.ErrorMessage.Should()
            .Contain("the third");
        Replayed.Run(Code, past, [Turn(18), Completed(4)]).End()!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
    }

    [Fact]
    public void What_may_not_be_retried_is_not() =>
        Replayed
            .Run(Code, [Turn(), Begun(), Scheduled(0, "A")], [Turn(10), Failed(0, nonRetriable: true)])
            .End()!
            .WorkflowStatus.Should()
            .Be(WorkflowStatus.Failed);

    [Fact]
    public void No_attempt_begins_after_the_retry_timeout()
    {
        var policy = new WorkflowRetryPolicy(9, TimeSpan.FromSeconds(4), retryTimeout: TimeSpan.FromSeconds(10));
        Task Limited(WorkflowContext context) => context.CallActivityAsync("A", null, new WorkflowTaskOptions(policy));

        Replayed
            .Run(Limited, [Turn(), Begun(), Scheduled(0, "A")], [Turn(6), Failed(0)])
            .Actions[0]
            .CreateTimer.Should()
            .NotBeNull();
        Replayed
            .Run(Limited, [Turn(), Begun(), Scheduled(0, "A")], [Turn(7), Failed(0)])
            .End()!
            .WorkflowStatus.Should()
            .Be(WorkflowStatus.Failed);
    }

    [Theory]
    [InlineData(1, 2)]
    [InlineData(2, 6)]
    [InlineData(3, 15)]
    [InlineData(500, 15)]
    public void Waits_grow_up_to_the_longest(int attempts, int seconds) =>
        Retry
            .DelayAfter(new WorkflowRetryPolicy(1000, TimeSpan.FromSeconds(2), 3, TimeSpan.FromSeconds(15)), attempts)
            .Should()
            .Be(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void A_failed_child_is_tried_again_too()
    {
        static Task Parent(WorkflowContext context) =>
            context.CallChildWorkflowAsync("C", null, new ChildWorkflowTaskOptions("c-1", ThreeTimes));

        var waits = Replayed.Run(Parent, [Turn(), Begun(), ChildCreated(0, "C")], [Turn(10), ChildFailed(0)]);
        waits.Actions.Should().ContainSingle().Which.CreateTimer.ChildWorkflowRetry.InstanceId.Should().Be("c-1");

        var again = Replayed.Run(
            Parent,
            [Turn(), Begun(), ChildCreated(0, "C"), Turn(10), ChildFailed(0), TimerSet(1)],
            [Turn(12), Fired(1)]
        );
        again.Actions.Should().ContainSingle().Which.CreateChildWorkflow.InstanceId.Should().Be("c-1");
    }

    [Fact]
    public void Senseless_policies_are_refused()
    {
        var second = TimeSpan.FromSeconds(1);
        FluentActions.Invoking(() => new WorkflowRetryPolicy(0, second)).Should().Throw<ArgumentOutOfRangeException>();
        FluentActions
            .Invoking(() => new WorkflowRetryPolicy(1, TimeSpan.Zero))
            .Should()
            .Throw<ArgumentOutOfRangeException>();
        FluentActions
            .Invoking(() => new WorkflowRetryPolicy(1, second, 0.9))
            .Should()
            .Throw<ArgumentOutOfRangeException>();
        FluentActions
            .Invoking(() => new WorkflowRetryPolicy(1, second, 1, second / 2))
            .Should()
            .Throw<ArgumentOutOfRangeException>();
        FluentActions
            .Invoking(() => new WorkflowRetryPolicy(1, second, 1, null, second / 2))
            .Should()
            .Throw<ArgumentOutOfRangeException>();
    }
}
