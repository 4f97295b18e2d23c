using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using DaprShop.Workflow.Tests.Runtime;
using Grpc.Core;

namespace DaprShop.Workflow.Tests.Connection;

public sealed class WorkerTests : IAsyncLifetime
{
    private readonly SemaphoreSlim _gate = new(0);
    private FakeSidecar _sidecar = null!;
    private WorkerHost _worker = null!;
    private int _running;
    private int _mostRunning;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.StartAsync();
        _worker = await StartWorkerAsync(_sidecar.Port);
        await Until.TrueAsync(() => _sidecar.Connections == 1, "the worker connected");
    }

    public async ValueTask DisposeAsync()
    {
        _gate.Release(1000);
        await _worker.DisposeAsync();
        await _sidecar.DisposeAsync();
        _gate.Dispose();
    }

    [Theory]
    [InlineData("CompleteActivityTask", StatusCode.Unavailable)]
    [InlineData("CompleteWorkflowTask", StatusCode.Unavailable)]
    [InlineData("CompleteActivityTask", StatusCode.DeadlineExceeded)]
    public async Task An_answer_that_cannot_be_delivered_is_dropped_and_its_connection_with_it(
        string call,
        StatusCode status
    )
    {
        var deliveries = 0;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(method == call && Interlocked.Increment(ref deliveries) == 1 ? status : null);

        Send(call, "lost");
        await Until.TrueAsync(() => _sidecar.Connections == 2, "the worker back, so that the sidecar asks again");
        Send(call, "next");
        await Until.TrueAsync(() => _sidecar.Answered.Any(), "the next answer");

        _sidecar.Answered.Should().Equal("next");
        deliveries.Should().Be(2);
    }

    [Theory]
    [InlineData("CompleteActivityTask")]
    [InlineData("CompleteWorkflowTask")]
    public async Task An_answer_that_the_sidecar_does_not_want_is_dropped_alone(string call)
    {
        var deliveries = 0;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(
                method == call && Interlocked.Increment(ref deliveries) == 1 ? StatusCode.Unknown : null
            );

        Send(call, "unwanted");
        await Until.TrueAsync(() => Volatile.Read(ref deliveries) == 1, "the answer refused");
        Send(call, "next");
        await Until.TrueAsync(() => _sidecar.Answered.Any(), "the next answer");

        _sidecar.Answered.Should().Equal("next");
        _sidecar.Connections.Should().Be(1);
        deliveries.Should().Be(2);
    }

    [Fact]
    public async Task A_result_refused_for_its_size_fails_the_activity()
    {
        RefuseFirst("CompleteActivityTask");
        Send("CompleteActivityTask", "large");
        await Until.TrueAsync(() => _sidecar.Answered.Any(), "the second answer");

        _sidecar.Activities.Single().FailureDetails.ErrorMessage.Should().Contain("too large");
        _sidecar.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Actions_refused_for_their_size_fail_the_workflow()
    {
        RefuseFirst("CompleteWorkflowTask");
        Send("CompleteWorkflowTask", "large");
        await Until.TrueAsync(() => _sidecar.Answered.Any(), "the second answer");

        _sidecar
            .Turns.Single()
            .Actions.Single()
            .CompleteWorkflow.FailureDetails.ErrorMessage.Should()
            .Contain("too large");
        _sidecar.Connections.Should().Be(1);
    }

    [Fact]
    public async Task Work_of_a_lost_connection_is_not_answered_over_the_next_one()
    {
        _sidecar.SendActivity("Blocked", "old");
        await Until.TrueAsync(() => Volatile.Read(ref _running) == 1, "the activity begun");

        _sidecar.Hangup();
        await Until.TrueAsync(() => _sidecar.Connections == 2, "the worker back");
        _gate.Release(2);
        await Until.TrueAsync(() => Volatile.Read(ref _running) == 0, "the activity ended");
        _sidecar.SendActivity("Blocked", "new");

        await Until.TrueAsync(() => !_sidecar.Activities.IsEmpty, "the answer over the new connection");
        _sidecar.Activities.Select(answer => answer.InstanceId).Should().Equal("new");
    }

    [Fact]
    public async Task A_refused_greeting_is_tried_again_and_no_work_is_asked_for_before_it()
    {
        var refusals = 3;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(
                method == "Hello" && Interlocked.Decrement(ref refusals) >= 0 ? StatusCode.Unavailable : null
            );

        _sidecar.Hangup();
        await Until.TrueAsync(() => _sidecar.Connections == 2, "the worker back");
        refusals.Should().BeNegative();
    }

    [Fact]
    public async Task A_sidecar_that_is_back_gets_its_worker_back()
    {
        await _sidecar.DisposeAsync();
        _sidecar = await FakeSidecar.StartAsync(_sidecar.Port);

        await Until.TrueAsync(() => _sidecar.Connections == 1, "the worker back", TimeSpan.FromSeconds(10));
        _sidecar.SendTurn("Empty", "after");
        await Until.TrueAsync(() => _sidecar.Turns.Count == 1, "its answer");
    }

    [Fact]
    public async Task Items_that_are_no_work_or_bad_work_harm_nobody()
    {
        _sidecar.Send(new WorkItem());
        _sidecar.Send(new WorkItem { WorkflowRequest = new WorkflowRequest { InstanceId = "no history" } });
        _sidecar.Send(new WorkItem { ActivityRequest = new ActivityRequest() });
        _sidecar.SendActivity("Nobody", "unknown");
        _sidecar.SendActivity("Bad", "throws");
        _sidecar.SendActivity("Quick", "good");

        await Until.TrueAsync(() => _sidecar.Activities.Count == 4 && _sidecar.Turns.Count == 1, "an answer to each");
        string? Error(string id) =>
            _sidecar.Activities.Single(answer => answer.InstanceId == id).FailureDetails?.ErrorType;
        Error("good").Should().BeNull();
        Error("throws").Should().Be("System.InvalidOperationException");
        Error("unknown").Should().Be("ActivityNotFoundException");
        _sidecar.Turns.Single().Actions.Single().CompleteWorkflow.WorkflowStatus.Should().Be(WorkflowStatus.Failed);
        _sidecar.Connections.Should().Be(1);
    }

    [Fact]
    public async Task No_more_than_a_hundred_activities_run_at_once_and_turns_go_on_beside_them()
    {
        for (var i = 0; i < 150; i++)
            _sidecar.SendActivity("Blocked", "many", i);
        await Until.TrueAsync(() => Volatile.Read(ref _running) == 100, "a hundred running");
        _sidecar.SendTurn("Empty", "beside");
        await Until.TrueAsync(() => _sidecar.Turns.Count == 1, "the turn answered");

        _gate.Release(150);
        await Until.TrueAsync(() => _sidecar.Activities.Count == 150, "all answered");
        _mostRunning.Should().Be(100);
    }

    [Fact]
    public async Task A_stopping_worker_works_on_until_nothing_more_comes()
    {
        _sidecar.SendActivity("Blocked", "begun");
        await Until.TrueAsync(() => Volatile.Read(ref _running) == 1, "the activity begun");

        var stopped = _worker.StopAsync();
        _sidecar.SendActivity("Quick", "still");
        await Until.TrueAsync(() => _sidecar.Answered.Any(), "the answer of the stopping worker");
        _gate.Release();
        await stopped;

        _sidecar.Answered.Should().Equal("still", "begun");
    }

    [Fact]
    public async Task A_stopping_worker_does_not_wait_for_ever()
    {
        _sidecar.SendActivity("Blocked", "stuck");
        await Until.TrueAsync(() => Volatile.Read(ref _running) == 1, "the activity begun");

        await _worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(15));

        _sidecar.Answered.Should().BeEmpty();
    }

    [Fact]
    public async Task An_idle_worker_stops_at_once() => await _worker.StopAsync().WaitAsync(TimeSpan.FromSeconds(3));

    [Fact]
    public async Task The_api_token_goes_with_every_call()
    {
        await using var worker = await StartWorkerAsync(
            _sidecar.Port,
            KeyValuePair.Create<string, string?>("DAPR_API_TOKEN", "secret")
        );
        await Until.TrueAsync(() => _sidecar.Connections == 2, "the second worker connected");

        _sidecar
            .Tokens.Should()
            .HaveCount(2, "it said hello and asked for work")
            .And.OnlyContain(token => token == "secret");
    }

    private void Send(string call, string instanceId)
    {
        if (call == "CompleteActivityTask")
            _sidecar.SendActivity("Quick", instanceId);
        else
            _sidecar.SendTurn("Empty", instanceId);
    }

    private void RefuseFirst(string call)
    {
        var deliveries = 0;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(
                method == call && Interlocked.Increment(ref deliveries) == 1 ? StatusCode.ResourceExhausted : null
            );
    }

    private Task<WorkerHost> StartWorkerAsync(int port, params KeyValuePair<string, string?>[] settings) =>
        WorkerHost.StartAsync(
            port,
            options =>
            {
                options.RegisterWorkflow<object?, object?>("Empty", (_, _) => Task.FromResult<object?>(null));
                options.RegisterActivity<object?, object?>("Quick", (_, _) => Task.FromResult<object?>(null));
                options.RegisterActivity<object?, object?>("Bad", (_, _) => throw new InvalidOperationException("bad"));
                options.RegisterActivity<object?, object?>("Blocked", async (_, _) =>
                {
                    InterlockedMax(ref _mostRunning, Interlocked.Increment(ref _running));
                    await _gate.WaitAsync();
                    Interlocked.Decrement(ref _running);
                    return null;
                });
            },
            settings: settings
        );

    private static void InterlockedMax(ref int target, int value)
    {
        for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
            Interlocked.CompareExchange(ref target, value, seen);
    }
}
