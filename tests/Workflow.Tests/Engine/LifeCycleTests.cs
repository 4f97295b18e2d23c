using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class LifeCycleTests
{
    private static async Task Two(WorkflowContext context)
    {
        context.SetCustomStatus("working");
        await context.CallActivityAsync("A");
        context.SetCustomStatus("half done");
        await context.CallActivityAsync("B");
    }

    [Fact]
    public void A_suspended_workflow_answers_nothing_and_keeps_what_comes()
    {
        HistoryEvent[] past = [Turn(), Begun(), Scheduled(0, "A"), Turn(1), Suspended()];

        var meanwhile = Replayed.Run(Two, past, [Turn(2), Completed(0)]);
        meanwhile.Actions.Should().BeEmpty();
        meanwhile.CustomStatus.Should().Be("\"working\"", "its code does not run meanwhile");
        Replayed
            .Run(Two, [.. past, Turn(2), Completed(0)], [Turn(3), Resumed()])
            .Actions.Should()
            .ContainSingle()
            .Which.ScheduleTask.Name.Should()
            .Be("B");
    }

    [Fact]
    public void What_it_decided_in_the_turn_of_its_suspension_it_does_after_its_resumption()
    {
        HistoryEvent[] past = [Turn(), Begun(), Scheduled(0, "A")];

        Replayed.Run(Two, past, [Turn(1), Completed(0), Suspended()]).Actions.Should().BeEmpty();
        Replayed
            .Run(Two, [.. past, Turn(1), Completed(0), Suspended()], [Turn(2), Resumed()])
            .Actions.Should()
            .ContainSingle()
            .Which.ScheduleTask.Name.Should()
            .Be("B");
    }

    [Fact]
    public void A_termination_ends_the_workflow_with_the_given_output()
    {
        var response = Replayed.Run(Two, [Turn(), Begun(), Scheduled(0, "A")], [Turn(1), Terminated("\"enough\"")]);

        response.Actions.Should().ContainSingle();
        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Terminated);
        response.End()!.Result.Should().Be("\"enough\"");
    }

    [Fact]
    public void A_termination_ends_a_suspended_workflow_too() =>
        Replayed
            .Run(Two, [Turn(), Begun(), Scheduled(0, "A"), Turn(1), Suspended()], [Turn(2), Terminated()])
            .End()!
            .WorkflowStatus.Should()
            .Be(WorkflowStatus.Terminated);

    [Fact]
    public void The_custom_status_is_sent_with_every_answer()
    {
        HistoryEvent[] past = [Turn(), Begun(), Scheduled(0, "A")];

        Replayed.Run(Two, [], [Turn(), Begun()]).CustomStatus.Should().Be("\"working\"");
        Replayed
            .Run(Two, past, [Turn(1)])
            .CustomStatus.Should()
            .Be("\"working\"", "a turn without news clears it otherwise");
        Replayed
            .Run(Two, past, [Turn(1), Suspended()])
            .CustomStatus.Should()
            .Be("\"working\"", "a suspended workflow still shows it");
        Replayed.Run(Two, past, [Turn(1), Terminated()]).CustomStatus.Should().Be("\"working\"", "the last word stays");
        Replayed
            .Run(Two, past, [Turn(1), Failed(0)])
            .CustomStatus.Should()
            .Be("\"working\"", "a failed workflow still shows it");
        Replayed
            .Run(Two, [Turn(), Begun(), Scheduled(0, "X")], [Turn(1)])
            .CustomStatus.Should()
            .Be("\"working\"", "so does one gone astray");
    }

    [Fact]
    public void Null_takes_the_custom_status_away() =>
        Replayed
            .Run(
                context =>
                {
                    context.SetCustomStatus("x");
                    context.SetCustomStatus(null);
                    return context.CallActivityAsync("A");
                },
                [],
                [Turn(), Begun()]
            )
            .CustomStatus.Should()
            .BeNull();

    [Fact]
    public void Beginning_anew_carries_the_input_and_the_events_nobody_took()
    {
        static async Task Renew(WorkflowContext context, bool keep)
        {
            await context.WaitForExternalEventAsync<int>("tick");
            context.ContinueAsNew(5, keep);
        }

        HistoryEvent[] news = [Turn(1), Raised("tick", "1"), Raised("tick", "2"), Raised("other", "3")];
        var kept = Replayed.Run(context => Renew(context, keep: true), [Turn(), Begun()], news).End()!;
        kept.WorkflowStatus.Should().Be(WorkflowStatus.ContinuedAsNew);
        kept.Result.Should().Be("5");
        kept.CarryoverEvents.Select(e => (e.EventRaised.Name, e.EventRaised.Input))
            .Should()
            .Equal(("tick", "2"), ("other", "3"));

        Replayed
            .Run(context => Renew(context, keep: false), [Turn(), Begun()], news)
            .End()!
            .CarryoverEvents.Should()
            .BeEmpty();
    }

    [Fact]
    public void Only_the_last_start_counts()
    {
        var response = Replayed.Run<int, int>(
            (context, input) => context.CallActivityAsync<int>("A", input),
            [Turn(), Begun("1"), Scheduled(0, "Old"), Turn(1), Completed(0), Begun("2", seconds: 1), Scheduled(0, "A")],
            [Turn(2), Completed(0, "9")]
        );

        response.End()!.Result.Should().Be("9");
    }

    [Fact]
    public void An_unknown_workflow_fails_for_good()
    {
        var end = Replayed.Run(_ => Task.CompletedTask, [], [Turn(), Begun(name: "Nobody")]).End()!;

        end.WorkflowStatus.Should().Be(WorkflowStatus.Failed);
        end.FailureDetails.ErrorType.Should().Be("WorkflowNotFound");
        end.FailureDetails.IsNonRetriable.Should().BeTrue();
    }

    [Fact]
    public void A_history_without_a_start_fails_for_good() =>
        Replayed
            .Run(_ => Task.CompletedTask, [Turn()], [Turn(1)])
            .End()!
            .FailureDetails.ErrorType.Should()
            .Be("WorkflowHistoryInvalid");

    [Fact]
    public void An_unreadable_input_fails_the_workflow() =>
        Replayed
            .Run<int, int>((_, input) => Task.FromResult(input), [], [Turn(), Begun("{")])
            .End()!
            .FailureDetails.ErrorType.Should()
            .Be("System.Text.Json.JsonException");

    [Fact]
    public void Events_that_only_inform_change_nothing()
    {
        HistoryEvent[] past =
        [
            Turn(),
            Begun(),
            Scheduled(0, "A"),
            new() { ExecutionCompleted = new() },
            new() { WorkflowCompleted = new() },
            new() { ContinueAsNew = new() },
            new() { ExecutionStalled = new() },
            new(),
        ];

        Replayed
            .Run(Two, past, [Turn(1), Completed(0)])
            .Actions.Should()
            .ContainSingle()
            .Which.ScheduleTask.Name.Should()
            .Be("B");
    }

    [Fact]
    public void Sending_an_event_is_refused_before_it_can_wedge_the_instance() =>
        Replayed
            .Run(
                context =>
                {
                    context.SendEvent("other", "go", 1);
                    return Task.CompletedTask;
                },
                [],
                [Turn(), Begun()]
            )
            .End()!
            .FailureDetails.ErrorType.Should()
            .Be("System.NotSupportedException");
}
