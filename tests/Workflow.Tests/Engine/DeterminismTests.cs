using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Replay;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class DeterminismTests
{
    [Fact]
    public void Another_activity_than_recorded_fails_the_workflow_for_good() =>
        Violation(
                Replayed.Run(
                    context => context.CallActivityAsync("A"),
                    [Turn(), Begun(), Scheduled(0, "B")],
                    [Turn(1), Completed(0)]
                )
            )
            .Should()
            .Contain("Action 0 is activity 'A' in the code but activity 'B' in the history");

    [Fact]
    public void Another_kind_of_action_than_recorded_fails_the_workflow_for_good() =>
        Violation(
                Replayed.Run(
                    context => context.CallActivityAsync("A"),
                    [Turn(), Begun(), TimerSet(0)],
                    [Turn(1), Fired(0)]
                )
            )
            .Should()
            .Contain("but a timer in the history");

    [Fact]
    public void A_child_where_an_activity_is_recorded_fails_the_workflow_for_good() =>
        Violation(
                Replayed.Run(
                    context => context.CallChildWorkflowAsync("A"),
                    [Turn(), Begun(), Scheduled(0, "A")],
                    [Turn(1), Completed(0)]
                )
            )
            .Should()
            .Contain("Action 0 is child workflow 'A' in the code but activity 'A' in the history");

    [Fact]
    public void A_recorded_action_that_the_code_does_not_take_fails_the_workflow_for_good() =>
        Violation(
                Replayed.Run(
                    context => context.WaitForExternalEventAsync<object>("go"),
                    [Turn(), Begun(), Scheduled(0, "A")],
                    [Turn(1)]
                )
            )
            .Should()
            .Contain("The history has activity 'A' as action 0, but the code has not taken that action");

    [Fact]
    public void Catching_the_violation_does_not_hide_it()
    {
        var response = Replayed.Run(
            async context =>
            {
                try
                {
                    await context.CallActivityAsync("A");
                }
#pragma warning disable CA1031
                catch (Exception)
#pragma warning restore CA1031
                {
                    await context.CallActivityAsync("Compensate");
                }
            },
            [Turn(), Begun(), Scheduled(0, "B")],
            [Turn(1), Completed(0)]
        );

        Violation(response).Should().Contain("Action 0");
        response.Actions.Should().ContainSingle("nothing else may be done by code that has gone astray");
    }

    [Fact]
    public void Names_may_change_their_letter_case() =>
        Replayed
            .Run(
                context => context.CallActivityAsync("charge"),
                [Turn(), Begun(), Scheduled(0, "Charge")],
                [Turn(1), Completed(0)]
            )
            .End()!
            .WorkflowStatus.Should()
            .Be(WorkflowStatus.Completed);

    [Fact]
    public void Awaiting_what_no_event_can_wake_fails_the_workflow_instead_of_losing_it() =>
        Violation(Replayed.Run(_ => new TaskCompletionSource().Task, [], [Turn(), Begun()]))
            .Should()
            .Contain("no event could ever wake it");

    [Fact]
    public async Task The_context_may_not_be_used_on_another_thread()
    {
        WorkflowContext? kept = null;
        Replayed.Run(
            context =>
            {
                kept = context;
                return Task.CompletedTask;
            },
            [],
            [Turn(), Begun()]
        );

        var elsewhere = new Thread(() => { });
        Exception? thrown = null;
        elsewhere = new Thread(() => thrown = Record.Exception(() => kept!.SetCustomStatus("x")));
        elsewhere.Start();
        await Task.Run(elsewhere.Join, TestContext.Current.CancellationToken);

        thrown.Should().BeOfType<InvalidOperationException>();
    }

    [Fact]
    public void Continuations_stay_on_the_turns_thread()
    {
        var threads = new List<int>();
        var response = Replayed.Run(
            async context =>
            {
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.WhenAny(context.CallActivityAsync("A"), context.CallActivityAsync("B"));
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.Yield();
                threads.Add(Environment.CurrentManagedThreadId);
                await Task.WhenAll(context.CallActivityAsync("C"));
                threads.Add(Environment.CurrentManagedThreadId);
            },
            [Turn(), Begun(), Scheduled(0, "A"), Scheduled(1, "B"), Turn(1), Completed(1), Scheduled(2, "C")],
            [Turn(2), Completed(2)]
        );

        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
        threads.Should().HaveCount(4).And.OnlyContain(thread => thread == Environment.CurrentManagedThreadId);
    }

    private static string Violation(WorkflowResponse response)
    {
        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Failed);
        response.End()!.FailureDetails.IsNonRetriable.Should().BeTrue();
        response.End()!.FailureDetails.ErrorType.Should().Be(typeof(NonDeterministicWorkflowException).FullName);
        return response.End()!.FailureDetails.ErrorMessage;
    }
}
