using System.Collections.Concurrent;
using System.Text;
using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace EmbeddedDapr.Tests.Actors;

/// <summary>The actor of the tests.</summary>
public interface IClerk : IActor
{
    Task<int> AddAsync(int amount);

    Task<int> TotalAsync();

    Task RememberAsync(string word, int seconds);

    Task<string?> RecallAsync();

    Task FailAsync(string message);

    Task RemindAsync(string name, TimeSpan due, TimeSpan period, int repetitions);

    Task<bool> HasReminderAsync(string name);

    Task ForgetAsync(string name);

    Task TickAsync(TimeSpan due, TimeSpan period);

    Task StopTickingAsync();
}

/// <summary>The calls and lifecycle events of the clerks.</summary>
public sealed class Diary
{
    public ConcurrentQueue<string> Entries { get; } = new();

    private int _inside;

    public int MostInside { get; private set; }

    public void Enter()
    {
        lock (Entries)
            MostInside = Math.Max(MostInside, ++_inside);
    }

    public void Leave()
    {
        lock (Entries)
            _inside--;
    }

    public int Count(string entry) => Entries.Count(e => e == entry);
}

internal sealed class Clerk(ActorHost host, Diary diary) : Actor(host), IClerk, IRemindable
{
    public async Task<int> AddAsync(int amount)
    {
        diary.Enter();
        var total = await StateManager.GetOrAddStateAsync("total", 0) + amount;
        await Task.Delay(5);
        await StateManager.SetStateAsync("total", total);
        diary.Leave();
        return total;
    }

    public Task<int> TotalAsync() => StateManager.GetOrAddStateAsync("total", 0);

    public Task RememberAsync(string word, int seconds) =>
        StateManager.SetStateAsync("word", word, TimeSpan.FromSeconds(seconds));

    public async Task<string?> RecallAsync()
    {
        await StateManager.ClearCacheAsync();
        var word = await StateManager.TryGetStateAsync<string>("word");
        return word.HasValue ? word.Value : null;
    }

    public Task FailAsync(string message) => throw new InvalidOperationException(message);

    public Task RemindAsync(string name, TimeSpan due, TimeSpan period, int repetitions) =>
        repetitions > 0
            ? RegisterReminderAsync(name, Encoding.UTF8.GetBytes("note"), due, period, repetitions)
            : RegisterReminderAsync(name, Encoding.UTF8.GetBytes("note"), due, period);

    public async Task<bool> HasReminderAsync(string name) => await GetReminderAsync(name) is not null;

    public Task ForgetAsync(string name) => UnregisterReminderAsync(name);

    public Task TickAsync(TimeSpan due, TimeSpan period) =>
        RegisterTimerAsync("tick", nameof(OnTickAsync), "tock"u8.ToArray(), due, period);

    public Task StopTickingAsync() => UnregisterTimerAsync("tick");

    public Task OnTickAsync(byte[] data)
    {
        diary.Entries.Enqueue("tick " + Encoding.UTF8.GetString(data));
        return Task.CompletedTask;
    }

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period)
    {
        diary.Entries.Enqueue($"{reminderName} {Encoding.UTF8.GetString(state)}");
        if (reminderName == "renew" && diary.Count($"{reminderName} note") == 1)
            await RegisterReminderAsync(
                reminderName,
                state,
                TimeSpan.FromMilliseconds(200),
                TimeSpan.FromMilliseconds(-1)
            );
    }

    protected override Task OnActivateAsync()
    {
        diary.Entries.Enqueue($"activated {Id}");
        return Task.CompletedTask;
    }

    protected override Task OnDeactivateAsync()
    {
        diary.Entries.Enqueue($"deactivated {Id}");
        return Task.CompletedTask;
    }
}
