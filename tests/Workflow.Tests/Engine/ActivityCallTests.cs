using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class ActivityCallTests
{
    private static async Task<string> Twice(WorkflowContext context, string input) =>
        await context.CallActivityAsync<string>("B", await context.CallActivityAsync<string>("A", input));

    [Fact]
    public void The_first_turn_schedules_the_first_activity_and_does_not_end()
    {
        var response = Replayed.Run<string, string>(Twice, [], [Turn(), Begun("\"x\"")]);

        var action = response.Actions.Should().ContainSingle().Subject;
        action.Id.Should().Be(0);
        action.ScheduleTask.Name.Should().Be("A");
        action.ScheduleTask.Input.Should().Be("\"x\"");
        response.InstanceId.Should().Be("id");
    }

    [Fact]
    public void What_the_history_has_is_not_scheduled_again()
    {
        var response = Replayed.Run<string, string>(
            Twice,
            [Turn(), Begun("\"x\""), Scheduled(0, "A")],
            [Turn(1), Completed(0, "\"y\"")]
        );

        var action = response.Actions.Should().ContainSingle().Subject;
        action.Id.Should().Be(1);
        action.ScheduleTask.Name.Should().Be("B");
        action.ScheduleTask.Input.Should().Be("\"y\"");
    }

    [Fact]
    public void A_turn_that_brings_nothing_adds_nothing()
    {
        var response = Replayed.Run<string, string>(Twice, [Turn(), Begun("\"x\""), Scheduled(0, "A")], [Turn(1)]);

        response.Actions.Should().BeEmpty();
    }

    [Fact]
    public void The_last_result_completes_the_workflow()
    {
        var response = Replayed.Run<string, string>(
            Twice,
            [Turn(), Begun("\"x\""), Scheduled(0, "A"), Turn(1), Completed(0, "\"y\""), Scheduled(1, "B")],
            [Turn(2), Completed(1, "\"z\"")]
        );

        response.Actions.Should().ContainSingle().Which.Id.Should().Be(2);
        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
        response.End()!.Result.Should().Be("\"z\"");
    }

    [Fact]
    public void An_answer_that_comes_twice_counts_once()
    {
        var response = Replayed.Run<string, string>(
            Twice,
            [Turn(), Begun("\"x\""), Scheduled(0, "A")],
            [Turn(1), Completed(0, "\"y\""), Completed(0, "\"other\""), Completed(77)]
        );

        response.Actions.Should().ContainSingle().Which.ScheduleTask.Input.Should().Be("\"y\"");
    }

    [Fact]
    public void Parallel_activities_are_scheduled_together_and_may_end_in_any_order()
    {
        static async Task<int[]> Both(WorkflowContext context, object? _) =>
            await Task.WhenAll(context.CallActivityAsync<int>("A", 1), context.CallActivityAsync<int>("B", 2));

        var first = Replayed.Run<object?, int[]>(Both, [], [Turn(), Begun()]);
        first.Actions.Select(action => (action.Id, action.ScheduleTask.Name)).Should().Equal((0, "A"), (1, "B"));

        HistoryEvent[] past = [Turn(), Begun(), Scheduled(0, "A"), Scheduled(1, "B"), Turn(1), Completed(1, "20")];
        Replayed.Run<object?, int[]>(Both, past, [Turn(2), Completed(0, "10")]).End()!.Result.Should().Be("[10,20]");
    }

    [Fact]
    public void A_failed_activity_throws_with_its_details()
    {
        var response = Replayed.Run<object?, string>(
            async (context, _) =>
            {
                try
                {
                    await context.CallActivityAsync("A");
                    return "no failure";
                }
                catch (WorkflowTaskFailedException e)
                {
                    return $"{e.Message}|{e.FailureDetails}|{e.FailureDetails.IsCausedBy<InvalidOperationException>()}|{e.FailureDetails.IsCausedBy<SystemException>()}"
                        + $"|{e.FailureDetails.IsCausedBy<TimeoutException>()}";
                }
            },
            [Turn(), Begun(), Scheduled(0, "A")],
            [Turn(1), Failed(0, "broken")]
        );

        response
            .End()!
            .Result.Should()
            .Be(
                "\"Activity \\u0027A\\u0027 (action 0) failed: broken|System.InvalidOperationException: broken|True|True|False\""
            );
    }

    [Fact]
    public void An_uncaught_failure_fails_the_workflow()
    {
        var response = Replayed.Run(
            context => context.CallActivityAsync("A"),
            [Turn(), Begun(), Scheduled(0, "A")],
            [Turn(1), Failed(0, "broken")]
        );

        response.End()!.WorkflowStatus.Should().Be(WorkflowStatus.Failed);
        response.End()!.FailureDetails.ErrorType.Should().Be(typeof(WorkflowTaskFailedException).FullName);
        response.End()!.FailureDetails.ErrorMessage.Should().Contain("broken");
    }

    [Fact]
    public void An_exception_is_reported_with_its_causes()
    {
        var response = Replayed.Run(
            _ => throw new InvalidOperationException("outer", new TimeoutException("inner")),
            [],
            [Turn(), Begun()]
        );

        var details = response.End()!.FailureDetails;
        details.ErrorType.Should().Be("System.InvalidOperationException");
        details.StackTrace.Should().Contain(nameof(ActivityCallTests));
        details.InnerFailure.ErrorType.Should().Be("System.TimeoutException");
        details.IsNonRetriable.Should().BeFalse();
    }

    [Fact]
    public void A_result_of_the_wrong_shape_throws_into_the_workflow()
    {
        var response = Replayed.Run(
            context => context.CallActivityAsync<int>("A"),
            [Turn(), Begun(), Scheduled(0, "A")],
            [Turn(1), Completed(0, "\"text\"")]
        );

        response.End()!.FailureDetails.ErrorType.Should().Be("System.Text.Json.JsonException");
    }

    [Fact]
    public void Another_apps_activity_is_routed_there()
    {
        var response = Replayed.Run(
            context => context.CallActivityAsync("A", null, new WorkflowTaskOptions(TargetAppId: "other")),
            [],
            [Turn(), new HistoryEvent(Begun()) { Router = new TaskRouter { SourceAppID = "me" } }]
        );

        response
            .Actions.Should()
            .ContainSingle()
            .Which.Router.Should()
            .Be(new TaskRouter { SourceAppID = "me", TargetAppID = "other" });
    }
}
