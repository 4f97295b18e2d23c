using DaprShop.TestKit;
using EmbeddedDapr.Workflows.Protocol;
using Grpc.Core;
using static EmbeddedDapr.Tests.Workflows.HandWorker;
using Kind = EmbeddedDapr.Workflows.Protocol.HistoryEvent.EventTypeOneofCase;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>Results of workers that are invalid, repeated or late.</summary>
public sealed class EngineTests : IAsyncLifetime
{
    private HandWorker _worker = null!;
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = (await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner;
        await using (var runtime = await RuntimeHost.BuildAsync(new([]), _database)) { }
        _worker = new HandWorker(_database);
    }

    public async ValueTask DisposeAsync() => await _worker.DisposeAsync();

    [Fact]
    public async Task A_turn_has_the_past_events_and_the_new_ones()
    {
        var first = await _worker.StartAsync("a", Activity(0));
        first.WorkflowRequest.PastEvents.Should().BeEmpty();
        Kinds(first.WorkflowRequest.NewEvents).Should().Equal(Kind.WorkflowStarted, Kind.ExecutionStarted);

        await _worker.ReturnAsync(await _worker.NextAsync(), "1");
        var second = await _worker.NextAsync();

        Kinds(second.WorkflowRequest.PastEvents)
            .Should()
            .Equal(Kind.WorkflowStarted, Kind.ExecutionStarted, Kind.TaskScheduled);
        Kinds(second.WorkflowRequest.NewEvents).Should().Equal(Kind.WorkflowStarted, Kind.TaskCompleted);
        second.WorkflowRequest.NewEvents[1].TaskCompleted.TaskExecutionId.Should().Be("task-0");
    }

    [Fact]
    public async Task A_turn_caused_by_another_turn_has_all_of_its_events()
    {
        await _worker.StartAsync("taken", Activity(0));
        await _worker.NextAsync();
        await _worker.StartAsync(
            "a",
            new WorkflowAction
            {
                Id = 0,
                CreateChildWorkflow = new() { InstanceId = "taken", Name = "Any" },
            },
            Activity(1)
        );

        WorkItem[] work = [await _worker.NextAsync(), await _worker.NextAsync()];

        work.Should().ContainSingle(item => item.ActivityRequest != null);
        var turn = work.Single(item => item.WorkflowRequest is not null).WorkflowRequest;
        Kinds(turn.PastEvents)
            .Should()
            .Equal(Kind.WorkflowStarted, Kind.ExecutionStarted, Kind.ChildWorkflowInstanceCreated, Kind.TaskScheduled);
        Kinds(turn.NewEvents).Should().Equal(Kind.WorkflowStarted, Kind.ChildWorkflowInstanceFailed);
    }

    [Fact]
    public async Task A_completed_workflow_gets_no_further_turn()
    {
        await _worker.StartAsync(
            "a",
            new WorkflowAction
            {
                Id = 0,
                SendEvent = new()
                {
                    Instance = new() { InstanceId = "a" },
                    Name = "ToMyself",
                },
            },
            Complete(1)
        );
        _worker.HasMore.Should().BeFalse();
        (await _worker.Management.FindAsync("a", true, default))!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
    }

    [Fact]
    public async Task A_stalled_workflow_continues_when_another_worker_connects()
    {
        await _worker.StartAsync("a", new WorkflowAction { Id = 0, WorkflowVersionNotAvailable = new() });
        _worker.Reconnect();
        await _worker.AnswerAsync(await _worker.NextAsync(), Complete(0));
        (await _worker.Management.FindAsync("a", true, default))!.WorkflowStatus.Should().Be(WorkflowStatus.Completed);
    }

    [Fact]
    public async Task A_repeated_result_counts_once()
    {
        await _worker.StartAsync("a", Activity(0));
        var activity = await _worker.NextAsync();

        await _worker.ReturnAsync(activity, "1");
        await _worker.ReturnAsync(activity, "2");
        var turn = await _worker.NextAsync();
        await _worker.AnswerAsync(turn, Activity(1));
        await _worker.AnswerAsync(turn, Activity(1));
        await _worker.ReturnAsync(activity, "3");

        (await _worker.NextAsync()).ActivityRequest.TaskId.Should().Be(1);
        _worker.HasMore.Should().BeFalse();
        (await HistoryAsync("a"))
            .Where(historyEvent => historyEvent.TaskCompleted is not null)
            .Should()
            .ContainSingle()
            .Which.TaskCompleted.Result.Should()
            .Be("1");
    }

    [Fact]
    public async Task A_result_of_an_earlier_execution_is_ignored()
    {
        await _worker.StartAsync("a", Activity(0));
        var old = await _worker.NextAsync();
        await _worker.RaiseAsync("a", "Go");
        await _worker.AnswerAsync(await _worker.NextAsync(), Again(1, "\"new\""));
        await _worker.AnswerAsync(await _worker.NextAsync(), Activity(0));
        var present = await _worker.NextAsync();

        await _worker.ReturnAsync(old, "\"old\"");
        await _worker.ReturnAsync(present, "\"present\"");

        (await _worker.NextAsync())
            .WorkflowRequest.NewEvents.Should()
            .ContainSingle(historyEvent => historyEvent.TaskCompleted != null)
            .Which.TaskCompleted.Result.Should()
            .Be("\"present\"");
    }

    [Fact]
    public async Task Work_of_a_disconnected_worker_is_dispatched_to_the_next()
    {
        await _worker.StartAsync("a", Activity(0));
        var activity = await _worker.NextAsync();
        _worker.Reconnect();
        (await _worker.NextAsync()).CompletionToken.Should().Be(activity.CompletionToken);

        await _worker.ReturnAsync(activity, "1");
        var turn = await _worker.NextAsync();
        _worker.Reconnect();
        (await _worker.NextAsync()).Should().Be(turn);
    }

    [Fact]
    public async Task Unconsumed_events_are_carried_over_when_a_workflow_continues_as_new()
    {
        await _worker.StartAsync("a");
        await _worker.RaiseAsync("a", "First");
        var turn = await _worker.NextAsync();
        await _worker.RaiseAsync("a", "Second");

        var again = Again(0, "\"new\"");
        again.CompleteWorkflow.CarryoverEvents.Add(turn.WorkflowRequest.NewEvents[1]);
        await _worker.AnswerAsync(turn, again);

        var next = await _worker.NextAsync();
        next.WorkflowRequest.PastEvents.Should().BeEmpty();
        next.WorkflowRequest.NewEvents[1].ExecutionStarted.Input.Should().Be("\"new\"");
        next.WorkflowRequest.NewEvents.Skip(2)
            .Select(historyEvent => historyEvent.EventRaised.Name)
            .Should()
            .Equal("First", "Second");
    }

    [Fact]
    public async Task An_unknown_instance_is_not_found()
    {
        var rejections = new[]
        {
            () => _worker.RaiseAsync("unknown", "Go"),
            () => _worker.Management.WaitAsync("unknown", true, true, default),
            () => HistoryAsync("unknown"),
        };
        foreach (var rejection in rejections)
            (await rejection.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.NotFound);
        (await _worker.Management.FindAsync("unknown", true, default)).Should().BeNull();
    }

    [Fact]
    public async Task An_active_id_is_rejected_and_an_ended_one_starts_again()
    {
        await _worker.StartAsync("a");
        var again = () => _worker.Management.StartAsync(new() { InstanceId = "a", Name = "Any" }, null, default);
        (await again.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.AlreadyExists);

        await _worker.RaiseAsync("a", "Go");
        await _worker.AnswerAsync(await _worker.NextAsync(), Complete(0));
        await _worker.StartAsync("a");
        Kinds(await HistoryAsync("a")).Should().Equal(Kind.WorkflowStarted, Kind.ExecutionStarted);
    }

    [Fact]
    public async Task An_invalid_id_is_rejected()
    {
        foreach (var id in new[] { "a||b", "a\0b", new string('x', 600) })
        {
            var start = () => _worker.Management.StartAsync(new() { InstanceId = id, Name = "Any" }, null, default);
            (await start.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.InvalidArgument);
        }
    }

    [Fact]
    public async Task While_suspended_all_events_but_a_termination_wait()
    {
        await _worker.StartAsync("a");
        await SendAsync(historyEvent => historyEvent.ExecutionSuspended = new());
        await _worker.AnswerAsync(await _worker.NextAsync());
        await _worker.RaiseAsync("a", "Go");
        _worker.HasMore.Should().BeFalse();
        (await _worker.Management.FindAsync("a", true, default))!.WorkflowStatus.Should().Be(WorkflowStatus.Suspended);

        await SendAsync(historyEvent => historyEvent.ExecutionResumed = new());
        var resumed = await _worker.NextAsync();
        Kinds(resumed.WorkflowRequest.NewEvents).Should().Equal(Kind.WorkflowStarted, Kind.ExecutionResumed);
        await _worker.AnswerAsync(resumed);
        Kinds((await _worker.NextAsync()).WorkflowRequest.NewEvents)
            .Should()
            .Equal(Kind.WorkflowStarted, Kind.EventRaised);
    }

    [Fact]
    public async Task A_termination_is_the_last_event_of_its_turn_and_reaches_the_children()
    {
        await _worker.StartAsync(
            "a",
            new WorkflowAction
            {
                Id = 0,
                CreateChildWorkflow = new() { InstanceId = "child", Name = "Any" },
            }
        );
        await _worker.AnswerAsync(await _worker.NextAsync());
        await SendAsync(historyEvent =>
            historyEvent.ExecutionTerminated = new() { Input = "\"enough\"", Recurse = true }
        );
        await _worker.RaiseAsync("a", "Go");
        var end = await _worker.NextAsync();
        end.WorkflowRequest.NewEvents[^1].ExecutionTerminated.Should().NotBeNull();

        await _worker.AnswerAsync(
            end,
            new WorkflowAction
            {
                Id = 1,
                CompleteWorkflow = new() { WorkflowStatus = WorkflowStatus.Terminated },
            }
        );

        (await _worker.NextAsync())
            .WorkflowRequest.Should()
            .Match<WorkflowRequest>(turn =>
                turn.InstanceId == "child" && turn.NewEvents[1].ExecutionTerminated != null
            );
        (await _worker.Management.FindAsync("a", true, default))!.Output.Should().Be("\"enough\"");
    }

    [Fact]
    public async Task A_child_with_the_id_of_an_active_instance_fails_in_its_parent()
    {
        await _worker.StartAsync("taken");
        await _worker.StartAsync(
            "a",
            new WorkflowAction
            {
                Id = 0,
                CreateChildWorkflow = new() { InstanceId = "taken", Name = "Any" },
            }
        );
        (await _worker.NextAsync())
            .WorkflowRequest.NewEvents[1]
            .ChildWorkflowInstanceFailed.FailureDetails.ErrorMessage.Should()
            .Contain("already exists");
    }

    [Fact]
    public async Task The_version_chosen_by_a_worker_is_stored_in_the_history()
    {
        var starting = _worker.Management.StartAsync(new() { InstanceId = "a", Name = "Any" }, null, default);
        var turn = await _worker.NextAsync();
        await (await _worker.SessionAsync()).CompleteTurnAsync(
            new()
            {
                InstanceId = "a",
                CompletionToken = turn.CompletionToken,
                Version = new() { Name = "v2", Patches = { "better" } },
            }
        );
        await starting;

        await _worker.RaiseAsync("a", "Go");
        var version = (await _worker.NextAsync()).WorkflowRequest.PastEvents[0].WorkflowStarted.Version;
        version.Name.Should().Be("v2");
        version.Patches.Should().Equal("better");
    }

    [Fact]
    public async Task A_response_to_a_lost_turn_is_not_accepted_for_the_next()
    {
        await _worker.StartAsync("a");
        await _worker.RaiseAsync("a", "First");
        var first = await _worker.NextAsync();
        await _worker.AnswerAsync(first);
        await _worker.RaiseAsync("a", "Second");
        await _worker.NextAsync();

        await _worker.AnswerAsync(first, Complete(0));

        (await _worker.Management.FindAsync("a", true, default))!.WorkflowStatus.Should().Be(WorkflowStatus.Running);
    }

    [Fact]
    public async Task A_workflow_with_an_unsupported_action_stalls()
    {
        await _worker.StartAsync("a");
        await _worker.RaiseAsync("a", "Go");
        await _worker.AnswerAsync(await _worker.NextAsync(), new WorkflowAction { Id = 0 });
        (await _worker.Management.FindAsync("a", true, default))!.WorkflowStatus.Should().Be(WorkflowStatus.Stalled);
    }

    [Fact]
    public async Task Ids_are_listed_in_pages()
    {
        foreach (var id in new[] { "c", "a", "b" })
            await _worker.StartAsync(id, Complete(0));

        var first = await _worker.Management.ListAsync(new() { PageSize = 2 }, default);
        first.InstanceIds.Should().Equal("a", "b");
        (
            await _worker.Management.ListAsync(
                new() { PageSize = 2, ContinuationToken = first.ContinuationToken },
                default
            )
        )
            .InstanceIds.Should()
            .Equal("c");
    }

    private Task SendAsync(Action<HistoryEvent> fill) => _worker.Management.SendAsync("a", fill, default);

    private Task<List<HistoryEvent>> HistoryAsync(string id) => _worker.Management.HistoryAsync(id, default);

    private static IEnumerable<Kind> Kinds(IEnumerable<HistoryEvent> events) =>
        events.Select(historyEvent => historyEvent.EventTypeCase);
}
