namespace DaprShop.ServiceDefaults.Tests;

/// <summary>Strangers who share a transaction, and must not share a fate.</summary>
public sealed class GroupCommitTests : IAsyncLifetime
{
    private readonly List<int[]> _groups = [];
    private readonly TaskCompletionSource _firstMayEnd = new();
    private readonly TaskCompletionSource _firstHasBegun = new();
    private readonly GroupCommit<int, int> _commit;

    public GroupCommitTests() => _commit = new GroupCommit<int, int>(CommitAsync, limit: 5);

    public async ValueTask InitializeAsync() => await _commit.StartAsync(CancellationToken.None);

    public async ValueTask DisposeAsync()
    {
        _firstMayEnd.TrySetResult();
        await _commit.StopAsync(CancellationToken.None);
        _commit.Dispose();
    }

    [Fact]
    public async Task While_one_group_commits_the_next_gathers_up_to_its_limit_and_each_gets_its_own_answer()
    {
        var answers = await BehindTheFirstAsync(1, 2, 3, 4, 5, 6, 7);

        answers.Should().Equal(10, 20, 30, 40, 50, 60, 70);
        _groups.Select(g => g.Length).Should().Equal(1, 5, 2);
    }

    [Fact]
    public async Task One_that_fails_fails_alone()
    {
        var all = BehindTheFirstAsync(1, -1, 2);

        await all.Invoking(a => a).Should().ThrowAsync<ArgumentException>();
        _groups
            .Select(g => g.Length)
            .Should()
            .Equal([1, 3, 1, 1, 1], "each of the group gets a transaction of its own");
        (await _commit.RunAsync(8, CancellationToken.None)).Should().Be(80, "and the next is served");
    }

    [Fact]
    public async Task A_slow_group_holds_nobody_up_where_two_may_commit_at_a_time()
    {
        using var two = new GroupCommit<int, int>(
            (commands, cancellationToken) =>
                commands.Contains(0)
                    ? CommitAsync(commands, cancellationToken)
                    : Task.FromResult<IReadOnlyList<int>>([.. commands.Select(c => c * 10)]),
            limit: 5,
            groups: 2
        );
        await two.StartAsync(CancellationToken.None);
        var slow = two.RunAsync(0, CancellationToken.None);
        await _firstHasBegun.Task;

        (await two.RunAsync(1, CancellationToken.None)).Should().Be(10);
        slow.IsCompleted.Should().BeFalse();
        _firstMayEnd.SetResult();
        await slow;
        await two.StopAsync(CancellationToken.None);
    }

    [Fact]
    public async Task Who_gives_up_waiting_does_not_take_the_command_back()
    {
        var first = _commit.RunAsync(0, CancellationToken.None);
        await _firstHasBegun.Task;
        using var impatient = new CancellationTokenSource();
        var given = _commit.RunAsync(1, impatient.Token);
        var patient = _commit.RunAsync(2, CancellationToken.None);
        await impatient.CancelAsync();
        await given.Invoking(g => g).Should().ThrowAsync<OperationCanceledException>();

        _firstMayEnd.SetResult();

        await first;
        await patient;
        _groups[1].Should().Equal(1, 2);
    }

    [Fact]
    public async Task Who_comes_when_the_service_stops_is_told_so()
    {
        var first = _commit.RunAsync(0, CancellationToken.None);
        await _firstHasBegun.Task;
        var waiting = _commit.RunAsync(1, CancellationToken.None);
        var stopping = _commit.StopAsync(CancellationToken.None);
        _firstMayEnd.SetResult();
        await stopping;

        await waiting.Invoking(w => w).Should().ThrowAsync<OperationCanceledException>();
        await _commit
            .Invoking(c => c.RunAsync(2, CancellationToken.None))
            .Should()
            .ThrowAsync<OperationCanceledException>();
        await first;
    }

    private async Task<int[]> BehindTheFirstAsync(params int[] commands)
    {
        var first = _commit.RunAsync(0, CancellationToken.None);
        await _firstHasBegun.Task;
        var others = commands.Select(c => _commit.RunAsync(c, CancellationToken.None)).ToList();
        _firstMayEnd.SetResult();
        await first;
        try
        {
            return await Task.WhenAll(others);
        }
        catch (ArgumentException)
        {
            others
                .Where(o => o.IsCompletedSuccessfully)
                .Select(o => o.Result)
                .Should()
                .Equal(commands.Where(c => c > 0).Select(c => c * 10), "the neighbours are served");
            throw;
        }
    }

    private async Task<IReadOnlyList<int>> CommitAsync(IReadOnlyList<int> commands, CancellationToken cancellationToken)
    {
        _groups.Add([.. commands]);
        _firstHasBegun.TrySetResult();
        await _firstMayEnd.Task;
        return commands.Any(c => c < 0)
            ? throw new ArgumentException("Not that one.")
            : [.. commands.Select(c => c * 10)];
    }
}
