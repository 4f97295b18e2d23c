using Grpc.Core;
using Npgsql;

namespace EmbeddedDapr.Workflows;

/// <summary>
/// Runs the workflows of one app. One process at a time runs them: the one that holds the app's advisory lock. The
/// instances in memory are a copy of the database; when the connection fails, the copy is dropped and loaded again.
/// </summary>
internal sealed class Engine : IAsyncDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly string _app;
    private readonly NpgsqlDataSource _database;
    private readonly TimeProvider _clock;
    private readonly WorkflowOptions _options;
    private readonly ILogger _logger;
    private readonly Task _running;
    private volatile TaskCompletionSource<WorkflowSession> _session = new(
        TaskCreationOptions.RunContinuationsAsynchronously
    );

    public Engine(string app, NpgsqlDataSource database, TimeProvider clock, WorkflowOptions options, ILogger logger)
    {
        (_app, _database, _clock, _options, _logger) = (app, database, clock, options, logger);
        (Workers, Store) = (new WorkerPool(Gate), new WorkflowStore(app, database));
        _running = Task.Run(RunAsync);
    }

    /// <summary>Guards all state in memory; held for microseconds, never during I/O.</summary>
    public Lock Gate { get; } = new();

    public WorkerPool Workers { get; }

    public WorkflowStore Store { get; }

    /// <summary>Waits until this process runs the app's workflows.</summary>
    /// <exception cref="RpcException">
    /// Unavailable: another process runs them, or the database is unreachable.
    /// </exception>
    public async Task<WorkflowSession> SessionAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _session.Task.WaitAsync(_options.Ownership, _clock, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new RpcException(
                new Status(
                    StatusCode.Unavailable,
                    $"Another process runs the workflows of {_app}, or the runtime's database is unreachable."
                )
            );
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                await RunSessionAsync(_stop.Token);
            }
            catch (Exception e) when (e is not OutOfMemoryException && !_stop.IsCancellationRequested)
            {
                _logger.LogWorkflowsPaused(_app, e.Message, e);
                await Task.Delay(TimeSpan.FromMilliseconds(500), _clock, CancellationToken.None);
            }
            catch (Exception) when (_stop.IsCancellationRequested)
            {
                // The process stops. Unwritten changes were not acknowledged to any caller.
            }
        }
    }

    private async Task RunSessionAsync(CancellationToken cancellationToken)
    {
        await using var ownership = await Ownership.AcquireAsync(_app, _database, cancellationToken);
        var instances = await Store.LoadActiveAsync(cancellationToken);
        await using var session = new WorkflowSession(
            _app,
            instances,
            new Journal(_app, ownership.Connection, Gate),
            Workers,
            _clock,
            _options,
            Gate,
            _logger
        );
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var writing = session.Journal.RunAsync(end.Token);
        var sweeping = SweepAsync(end.Token);
        try
        {
            session.Begin();
            _logger.LogWorkflowsOwned(_app, instances.Count);
            _session.SetResult(session);
            await writing;
        }
        finally
        {
            _session = new(TaskCreationOptions.RunContinuationsAsynchronously);
            await end.CancelAsync();
            await sweeping;
            await writing.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    private async Task SweepAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(_options.Sweep, _clock);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken))
            {
                try
                {
                    await Store.DeleteExpiredAsync(_clock.GetUtcNow(), cancellationToken);
                }
                catch (NpgsqlException e)
                {
                    _logger.LogRetentionFailed(_app, e.Message, e);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The session has ended.
        }
    }
}
