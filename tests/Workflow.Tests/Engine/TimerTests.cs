using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class TimerTests
{
    [Fact]
    public void A_timer_fires_so_long_after_the_workflows_time()
    {
        var response = Replayed.Run(context => context.CreateTimer(TimeSpan.FromSeconds(30)), [], [Turn(10), Begun()]);

        var timer = response.Actions.Should().ContainSingle().Subject.CreateTimer;
        timer.FireAt.Should().Be(At(40));
        timer.OriginCase.Should().Be(CreateTimerAction.OriginOneofCase.CreateTimer);
    }

    [Fact]
    public void A_fired_timer_lets_the_workflow_go_on() =>
        Replayed
            .Run(
                context => context.CreateTimer(Epoch.AddSeconds(30), default),
                [Turn(), Begun(), TimerSet(0, 30)],
                [Turn(30), Fired(0)]
            )
            .End()!
            .WorkflowStatus.Should()
            .Be(WorkflowStatus.Completed);

    [Fact]
    public void Another_timers_firing_does_not() =>
        Replayed
            .Run(
                context => context.CreateTimer(Epoch.AddSeconds(30), default),
                [Turn(), Begun(), TimerSet(0, 30)],
                [Turn(30), Fired(1)]
            )
            .Actions.Should()
            .BeEmpty();

    [Fact]
    public void A_cancelled_timer_throws_and_its_late_firing_is_ignored()
    {
        static async Task<string> Code(Dapr.Workflow.WorkflowContext context, object? _)
        {
            using var cancel = new CancellationTokenSource();
            var timer = context.CreateTimer(TimeSpan.FromHours(1), cancel.Token);
            var answer = await context.CallActivityAsync<string>("A");
#pragma warning disable CA1849
            cancel.Cancel();
#pragma warning restore CA1849
            await context.CallActivityAsync("B");
            return $"{answer} {timer.Status}";
        }

        HistoryEvent[] past =
        [
            Turn(),
            Begun(),
            TimerSet(0),
            Scheduled(1, "A"),
            Turn(1),
            Completed(1, "\"a\""),
            Scheduled(2, "B"),
        ];
        Replayed
            .Run<object?, string>(Code, past, [Turn(2), Fired(0), Completed(2)])
            .End()!
            .Result.Should()
            .Be("\"a Canceled\"");
    }

    [Fact]
    public void The_workflows_time_is_that_of_the_turn_in_every_replay()
    {
        static async Task<DateTime[]> Times(Dapr.Workflow.WorkflowContext context, object? _)
        {
            var first = context.CurrentUtcDateTime;
            await context.CallActivityAsync("A");
            return [first, context.CurrentUtcDateTime];
        }

        Replayed
            .Run<object?, DateTime[]>(Times, [Turn(5), Begun(), Scheduled(0, "A")], [Turn(9), Completed(0)])
            .End()!
            .Result.Should()
            .Be("[\"2026-01-01T00:00:05Z\",\"2026-01-01T00:00:09Z\"]");
    }

    [Fact]
    public void A_time_without_kind_is_taken_as_utc() =>
        Replayed
            .Run(
                context => context.CreateTimer(new DateTime(2026, 1, 1, 0, 1, 0, DateTimeKind.Unspecified), default),
                [],
                [Turn(), Begun()]
            )
            .Actions.Should()
            .ContainSingle()
            .Which.CreateTimer.FireAt.Should()
            .Be(At(60));
}
