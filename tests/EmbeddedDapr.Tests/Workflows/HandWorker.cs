using EmbeddedDapr.Hosting;
using EmbeddedDapr.Workflows;
using EmbeddedDapr.Workflows.Protocol;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace EmbeddedDapr.Tests.Workflows;

/// <summary>An engine with a worker that the test drives step by step.</summary>
internal sealed class HandWorker : IAsyncDisposable
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(15);
    public static readonly Sidecar App = new("by-hand", 0, 1, 2);

    private readonly NpgsqlDataSource _database;
    private WorkerStream _stream;

    public HandWorker(string database, WorkflowOptions? options = null)
    {
        _database = NpgsqlDataSource.Create(database);
        Engine = new Engine(App.AppId, _database, TimeProvider.System, options ?? new(), NullLogger.Instance);
        Management = new WorkflowManagement(Engine);
        _stream = Engine.Workers.Join(App);
    }

    public Engine Engine { get; }

    public WorkflowManagement Management { get; }

    /// <summary>Starts an instance and answers its first turn.</summary>
    public async Task<WorkItem> StartAsync(string id, params WorkflowAction[] actions)
    {
        var starting = Management.StartAsync(
            new()
            {
                InstanceId = id,
                Name = "Any",
                Input = "\"in\"",
            },
            null,
            CancellationToken.None
        );
        var turn = await NextAsync();
        await AnswerAsync(turn, actions);
        await starting.WaitAsync(Limit);
        return turn;
    }

    public async Task<WorkItem> NextAsync() => await _stream.Items.Reader.ReadAsync().AsTask().WaitAsync(Limit);

    public bool HasMore => _stream.Items.Reader.TryPeek(out _);

    public async Task AnswerAsync(WorkItem turn, params WorkflowAction[] actions) =>
        await (await SessionAsync()).CompleteTurnAsync(
            new()
            {
                InstanceId = turn.WorkflowRequest.InstanceId,
                CompletionToken = turn.CompletionToken,
                Actions = { actions },
            }
        );

    public async Task ReturnAsync(WorkItem activity, string result) =>
        await (await SessionAsync()).CompleteActivityAsync(
            new()
            {
                InstanceId = activity.ActivityRequest.WorkflowInstance.InstanceId,
                TaskId = activity.ActivityRequest.TaskId,
                CompletionToken = activity.CompletionToken,
                Result = result,
            }
        );

    public Task RaiseAsync(string id, string name) =>
        Management.SendAsync(
            id,
            historyEvent => historyEvent.EventRaised = new() { Name = name },
            CancellationToken.None
        );

    /// <summary>Breaks the stream and opens another.</summary>
    public void Reconnect()
    {
        var broken = _stream;
        _stream = Engine.Workers.Join(App);
        Engine.Workers.Leave(broken);
    }

    public Task<WorkflowSession> SessionAsync() => Engine.SessionAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        await Engine.DisposeAsync();
        await _database.DisposeAsync();
    }

    public static WorkflowAction Activity(int id, string name = "Work") =>
        new()
        {
            Id = id,
            ScheduleTask = new() { Name = name, TaskExecutionId = $"task-{id}" },
        };

    public static WorkflowAction Complete(int id, string result = "\"out\"") =>
        new()
        {
            Id = id,
            CompleteWorkflow = new() { WorkflowStatus = WorkflowStatus.Completed, Result = result },
        };

    public static WorkflowAction Again(int id, string input) =>
        new()
        {
            Id = id,
            CompleteWorkflow = new() { WorkflowStatus = WorkflowStatus.ContinuedAsNew, Result = input },
        };
}
