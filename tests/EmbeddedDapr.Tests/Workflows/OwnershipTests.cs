using DaprShop.TestKit;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Protocol;
using Grpc.Core;
using Npgsql;
using static EmbeddedDapr.Tests.Workflows.HandWorker;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>Restarts and takeovers: no change is lost, and two processes never run the same workflow.</summary>
public sealed class OwnershipTests : IAsyncLifetime
{
    private string _database = "";

    public async ValueTask InitializeAsync()
    {
        _database = (await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders")).Owner;
        await using (var runtime = await RuntimeHost.BuildAsync(new([]), _database)) { }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Fact]
    public async Task Of_two_processes_one_runs_the_workflows_and_the_other_takes_over()
    {
        var first = new HandWorker(_database);
        await first.StartAsync("a", Activity(0));
        await using var second = new HandWorker(_database, new() { Ownership = TimeSpan.FromMilliseconds(300) });

        var rejected = () => second.RaiseAsync("a", "Go");
        (await rejected.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);
        second.HasMore.Should().BeFalse();

        await first.DisposeAsync();
        (await second.NextAsync()).ActivityRequest.Name.Should().Be("Work");
    }

    [Fact]
    public async Task A_process_that_lost_its_connection_stops_writing_and_resumes_from_the_database()
    {
        await using var worker = new HandWorker(_database);
        await worker.StartAsync("a", Activity(0));
        var activity = await worker.NextAsync();
        await TerminateConnectionsAsync();

        var lost = () => worker.ReturnAsync(activity, "1");
        (await lost.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.Unavailable);

        var again = await worker.NextAsync();
        while (again.ActivityRequest is null)
            again = await worker.NextAsync();
        again.CompletionToken.Should().Be(activity.CompletionToken);
        await worker.ReturnAsync(again, "2");
        (await worker.NextAsync()).WorkflowRequest.NewEvents[1].TaskCompleted.Result.Should().Be("2");
    }

    [Fact]
    public async Task All_workflows_continue_after_a_restart()
    {
        await using (var worker = new HandWorker(_database))
        {
            await worker.StartAsync("activity", Activity(0));
            await worker.NextAsync();
            await worker.StartAsync("result", Activity(0));
            var activity = await worker.NextAsync();
            await worker.StartAsync("event");
            await worker.StartAsync("ended", Complete(0));
            await worker.StartAsync("timer", Timer(0, TimeSpan.FromMilliseconds(300)));
            await worker.ReturnAsync(activity, "\"kept\"");
            await worker.RaiseAsync("event", "Go");
        }

        await using var next = new HandWorker(_database);
        var work = new List<WorkItem>();
        while (work.Count < 4)
            work.Add(await next.NextAsync());

        work.Select(item => item.ActivityRequest?.WorkflowInstance.InstanceId ?? item.WorkflowRequest.InstanceId)
            .Should()
            .BeEquivalentTo("activity", "result", "event", "timer");
        NewEvent(work, "result").TaskCompleted.Result.Should().Be("\"kept\"");
        NewEvent(work, "event").EventRaised.Name.Should().Be("Go");
        NewEvent(work, "timer").TimerFired.TimerId.Should().Be(0);
        var ended = await next.Management.WaitAsync("ended", withPayloads: true, forEnd: true, default);
        (ended!.Input, ended.Output).Should().Be(("\"in\"", "\"out\""));
    }

    [Fact]
    public async Task Retention_deletes_only_expired_instances()
    {
        await using var worker = new HandWorker(
            _database,
            new() { Completed = TimeSpan.FromSeconds(2), Sweep = TimeSpan.FromMilliseconds(100) }
        );
        await worker.StartAsync("active", Activity(0));
        await worker.NextAsync();
        await worker.StartAsync("done", Complete(0));
        var failed = Complete(0);
        failed.CompleteWorkflow.WorkflowStatus = WorkflowStatus.Failed;
        await worker.StartAsync("failed", failed);

        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(15));
        while (await worker.Management.FindAsync("done", false, limit.Token) is not null)
            await Task.Delay(20, limit.Token);

        (await worker.Management.ListAsync(new(), default)).InstanceIds.Should().Equal("active", "failed");
        (await CountAsync("select count(distinct execution) from workflow_history")).Should().Be(2);
    }

    [Fact]
    public async Task A_new_instance_replaces_an_ended_one_of_the_same_id()
    {
        await using var worker = new HandWorker(_database);
        await worker.StartAsync("a", Complete(0));
        await worker.StartAsync("a", Complete(0));
        (await CountAsync("select count(distinct execution) from workflow_history")).Should().Be(1);
    }

    [Fact]
    public async Task A_purge_deletes_the_children_and_rejects_active_instances()
    {
        await using var worker = new HandWorker(_database);
        await worker.StartAsync(
            "parent",
            new WorkflowAction
            {
                Id = 0,
                CreateChildWorkflow = new() { InstanceId = "child", Name = "Any" },
            }
        );
        await worker.AnswerAsync(await worker.NextAsync(), Complete(0, "\"from the child\""));
        var turn = await worker.NextAsync();
        turn.WorkflowRequest.NewEvents[1].ChildWorkflowInstanceCompleted.Result.Should().Be("\"from the child\"");

        var early = () => worker.Management.PurgeAsync("parent", recursive: true, force: false, default);
        (await early.Should().ThrowAsync<RpcException>()).Which.StatusCode.Should().Be(StatusCode.FailedPrecondition);
        await worker.AnswerAsync(turn, Complete(1));
        (await early()).Should().Be(2);
        (await early()).Should().Be(0);
        (await CountAsync("select count(*) from workflow_history")).Should().Be(0);
    }

    [Fact]
    public async Task The_store_deletes_ended_instances_only()
    {
        await using var worker = new HandWorker(_database);
        await worker.StartAsync("active", Activity(0));
        await worker.NextAsync();
        await worker.StartAsync("done", Complete(0));
        await using var source = NpgsqlDataSource.Create(_database);
        var store = new WorkflowStore(App.AppId, source);

        (await store.DeleteEndedAsync("active", TestContext.Current.CancellationToken)).Should().BeFalse();
        (await store.DeleteEndedAsync("done", TestContext.Current.CancellationToken)).Should().BeTrue();
    }

    private static WorkflowAction Timer(int id, TimeSpan wait) =>
        new()
        {
            Id = id,
            CreateTimer = new() { FireAt = (TimeProvider.System.GetUtcNow() + wait).ToTimestamp() },
        };

    private static HistoryEvent NewEvent(List<WorkItem> work, string id) =>
        work.Single(item => item.WorkflowRequest?.InstanceId == id).WorkflowRequest.NewEvents[1];

    private async Task TerminateConnectionsAsync() =>
        await CountAsync(
            """
            select count(pg_terminate_backend(pid)) from pg_stat_activity
            where datname = current_database() and pid <> pg_backend_pid()
            """
        );

    private async Task<long> CountAsync(string sql)
    {
        await using var source = NpgsqlDataSource.Create(_database);
        await using var command = source.CreateCommand(sql);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
