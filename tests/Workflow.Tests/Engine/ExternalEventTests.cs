using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class ExternalEventTests
{
    [Fact]
    public void A_wait_without_limit_needs_no_timer()
    {
        var response = Replayed.Run(context => context.WaitForExternalEventAsync<int>("go"), [], [Turn(), Begun()]);

        response.Actions.Should().BeEmpty();
    }

    [Fact]
    public void Names_match_in_any_letter_case() =>
        Replayed
            .Run<object?, int>(
                (context, _) => context.WaitForExternalEventAsync<int>("Go"),
                [Turn(), Begun()],
                [Turn(1), Raised("gO", "7")]
            )
            .End()!
            .Result.Should()
            .Be("7");

    [Fact]
    public void Events_that_come_too_early_are_kept_in_their_order()
    {
        static async Task<int[]> Code(WorkflowContext context, object? _)
        {
            await context.CallActivityAsync("A");
            return
            [
                await context.WaitForExternalEventAsync<int>("b"),
                await context.WaitForExternalEventAsync<int>("a"),
                await context.WaitForExternalEventAsync<int>("a", TimeSpan.FromSeconds(1)),
            ];
        }

        Replayed
            .Run<object?, int[]>(
                Code,
                [Turn(), Begun(), Scheduled(0, "A")],
                [Turn(1), Raised("a", "1"), Raised("a", "2"), Raised("b", "3"), Completed(0)]
            )
            .End()!
            .Result.Should()
            .Be("[3,1,2]");
    }

    [Fact]
    public void Who_waits_first_is_served_first()
    {
        static Task<int[]> Code(WorkflowContext context, object? _) =>
            Task.WhenAll(context.WaitForExternalEventAsync<int>("a"), context.WaitForExternalEventAsync<int>("a"));

        Replayed
            .Run<object?, int[]>(Code, [Turn(), Begun(), Turn(1), Raised("a", "1")], [Turn(2), Raised("a", "2")])
            .End()!
            .Result.Should()
            .Be("[1,2]");
    }

    [Fact]
    public void A_limited_wait_sets_a_timer_that_says_what_for()
    {
        var response = Replayed.Run(
            context => context.WaitForExternalEventAsync<int>("go", TimeSpan.FromSeconds(5)),
            [],
            [Turn(), Begun()]
        );

        var timer = response.Actions.Should().ContainSingle().Subject.CreateTimer;
        timer.FireAt.Should().Be(At(5));
        timer.ExternalEvent.Name.Should().Be("go");
    }

    [Fact]
    public void The_event_ends_a_limited_wait() =>
        Replayed
            .Run<object?, int>(
                (context, _) => context.WaitForExternalEventAsync<int>("go", TimeSpan.FromSeconds(5)),
                [Turn(), Begun(), TimerSet(0, 5)],
                [Turn(1), Raised("go", "7")]
            )
            .End()!
            .Result.Should()
            .Be("7");

    [Fact]
    public void The_timer_cancels_a_limited_wait_and_later_events_go_to_the_next_wait()
    {
        static async Task<string> Code(WorkflowContext context, object? _)
        {
            try
            {
                await context.WaitForExternalEventAsync<int>("go", TimeSpan.FromSeconds(5));
                return "not cancelled";
            }
            catch (TaskCanceledException)
            {
                return $"cancelled, then {await context.WaitForExternalEventAsync<int>("go")}";
            }
        }

        Replayed
            .Run<object?, string>(
                Code,
                [Turn(), Begun(), TimerSet(0, 5), Turn(5), Fired(0)],
                [Turn(6), Raised("go", "7")]
            )
            .End()!
            .Result.Should()
            .Be("\"cancelled, then 7\"");
    }

    [Fact]
    public void A_wait_that_was_cancelled_takes_no_event()
    {
        static async Task<int> Code(WorkflowContext context, object? _)
        {
            using var cancel = new CancellationTokenSource();
            var given = context.WaitForExternalEventAsync<int>("go", cancel.Token);
#pragma warning disable CA1849
            cancel.Cancel();
#pragma warning restore CA1849
            var kept = await context.WaitForExternalEventAsync<int>("go");
            return given.IsCanceled ? kept : -1;
        }

        Replayed
            .Run<object?, int>(Code, [Turn(), Begun()], [Turn(1), Raised("go", "7")])
            .End()!
            .Result.Should()
            .Be("7");
    }

    [Fact]
    public void A_negative_limit_waits_for_ever_and_notes_it_as_a_timer_that_never_fires()
    {
        var response = Replayed.Run(Forever, [], [Turn(), Begun()]);

        var timer = response.Actions.Should().ContainSingle().Subject.CreateTimer;
        timer.FireAt.Should().Be(NeverTimerSet(0).TimerCreated.FireAt);
        timer.ExternalEvent.Name.Should().Be("go");
        Replayed
            .Run(Forever, [Turn(), Begun(), NeverTimerSet(0)], [Turn(1), Raised("go")])
            .Actions[0]
            .ScheduleTask.Name.Should()
            .Be("A");
    }

    [Fact]
    public void Histories_without_that_timer_replay_too()
    {
        var response = Replayed.Run(
            Forever,
            [Turn(), Begun(), Turn(1), Raised("go"), Scheduled(0, "A")],
            [Turn(2), Completed(0)]
        );

        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
    }

    private static async Task Forever(WorkflowContext context)
    {
        await context.WaitForExternalEventAsync<object>("go", Timeout.InfiniteTimeSpan);
        await context.CallActivityAsync("A");
    }
}
