using System.Threading.Channels;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Lets concurrent callers share a transaction: while one group commits, the next one collects. No caller waits for a
/// group to fill, so a single caller has no delay; under load, one commit carries up to <paramref name="limit"/>
/// commands.
/// </summary>
/// <param name="commit">Executes the group in one transaction and returns the results in its order.</param>
/// <param name="limit">Commands per group, at most.</param>
/// <param name="groups">
/// Groups that may commit at the same time: more than one where a single command may take long.
/// </param>
public sealed class GroupCommit<TCommand, TResult>(
    Func<IReadOnlyList<TCommand>, CancellationToken, Task<IReadOnlyList<TResult>>> commit,
    int limit,
    int groups = 1
) : BackgroundService
{
    private readonly Channel<Pending> _queue = Channel.CreateUnbounded<Pending>(
        new UnboundedChannelOptions { SingleReader = groups == 1 }
    );

    /// <summary>
    /// Waits until the group that carries <paramref name="command"/> is committed. Cancelling the wait does not cancel
    /// the command.
    /// </summary>
    public Task<TResult> RunAsync(TCommand command, CancellationToken cancellationToken)
    {
        var pending = new Pending(command);
        return _queue.Writer.TryWrite(pending)
            ? pending.Result.Task.WaitAsync(cancellationToken)
            : Task.FromException<TResult>(new OperationCanceledException("The service is stopping."));
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await Task.WhenAll(Enumerable.Range(0, groups).Select(_ => CommitGroupsAsync(stoppingToken)));
        }
        finally
        {
            _queue.Writer.Complete();
            while (_queue.Reader.TryRead(out var left))
                left.Result.TrySetCanceled(CancellationToken.None);
        }
    }

    private async Task CommitGroupsAsync(CancellationToken stoppingToken)
    {
        var group = new List<Pending>(limit);
        while (await _queue.Reader.WaitToReadAsync(stoppingToken))
        {
            group.Clear();
            while (group.Count < limit && _queue.Reader.TryRead(out var next))
                group.Add(next);

            // Another group may have taken all.
            if (group.Count > 0)
                await CommitAsync(group, stoppingToken);
        }
    }

    private async Task CommitAsync(List<Pending> group, CancellationToken cancellationToken)
    {
        try
        {
            var results = await commit(group.ConvertAll(p => p.Command), cancellationToken);
            for (var i = 0; i < group.Count; i++)
                group[i].Result.TrySetResult(results[i]);
        }
        catch (Exception e) when (group.Count == 1)
        {
            group[0].Result.TrySetException(e);
        }
        catch (Exception) when (!cancellationToken.IsCancellationRequested)
        {
            // One command must not fail the others: each gets a transaction and an outcome of its own.
            foreach (var pending in group)
                await CommitAsync([pending], cancellationToken);
        }
        catch (Exception e)
        {
            foreach (var pending in group)
                pending.Result.TrySetException(e);
        }
    }

    private sealed record Pending(TCommand Command)
    {
        public TaskCompletionSource<TResult> Result { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}

/// <summary>Registers group commits.</summary>
public static class GroupCommitServices
{
    /// <summary>
    /// A <see cref="GroupCommit{TCommand,TResult}"/> over a method of <typeparamref name="TWriter"/>.
    /// </summary>
    public static IServiceCollection AddGroupCommit<TCommand, TResult, TWriter>(
        this IServiceCollection services,
        Func<TWriter, Func<IReadOnlyList<TCommand>, CancellationToken, Task<IReadOnlyList<TResult>>>> commit,
        int limit,
        int groups = 1
    )
        where TWriter : notnull =>
        services
            .AddSingleton(p => new GroupCommit<TCommand, TResult>(
                commit(p.GetRequiredService<TWriter>()),
                limit,
                groups
            ))
            .AddHostedService(p => p.GetRequiredService<GroupCommit<TCommand, TResult>>());
}
