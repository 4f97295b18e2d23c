using System.Collections.Concurrent;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.Actors;

/// <summary>Fires reminders when they are due, or as soon as there is somebody to fire them after that; and tidies up.</summary>
internal sealed class ReminderLoop(
    Reminders reminders, ActorState state, ActorCalls calls, ActorDirectory directory, Sidecars sidecars, TimeProvider clock, ILogger<ReminderLoop> logger)
    : BackgroundService
{
    private const int AtOnce = 50;

    /// <summary>How long it looks away at most; also how often idle actors are looked for.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, DateTimeOffset> _firing = new();
    private DateTimeOffset _swept;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var apps = sidecars.All.Where(sidecar => sidecar.AppPort > 0).Select(sidecar => sidecar.AppId).Distinct().ToArray();
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Longest;
            try
            {
                wait = await RoundAsync(apps, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or FormatException)
            {
                logger.LogRemindersLost(e.Message, e);
            }
            await reminders.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task<TimeSpan> RoundAsync(string[] apps, CancellationToken cancellationToken)
    {
        foreach (var idle in directory.Active().Where(actor => actor.LastUsed + actor.Host.Config.Idle < clock.GetUtcNow()))
            await calls.DeactivateAsync(idle, cancellationToken);

        var now = clock.GetUtcNow();
        if (now - _swept > Longest)
        {
            await state.DeleteExpiredAsync(cancellationToken);
            _swept = now;
        }

        foreach (var reminder in await reminders.NextAsync(apps, AtOnce + _firing.Count, cancellationToken))
        {
            if (_firing.ContainsKey(reminder.Version)) continue;
            if (reminder.Due > now) return Earliest(reminder.Due - now);
            if (_firing.TryAdd(reminder.Version, now)) _ = FireAsync(reminder, cancellationToken);
        }
        return Longest;
    }

    private async Task FireAsync(Reminder reminder, CancellationToken cancellationToken)
    {
        try
        {
            if (reminder.Expires <= clock.GetUtcNow())
            {
                await reminders.AdvanceAsync(reminder, null, null, cancellationToken);
                return;
            }

            var isTaken = await calls.FireAsync("remind", reminder.Actor.Type, reminder.Actor.Id, reminder.Name, reminder.Spec, cancellationToken);
            if (isTaken) await reminders.AdvanceAsync(reminder, Next(reminder), reminder.Remaining - 1, cancellationToken);
            else await reminders.AdvanceAsync(reminder, clock.GetUtcNow() + Again, reminder.Remaining, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is still in the database, and fires again.
        }
        catch (NpgsqlException e)
        {
            logger.LogRemindersLost(e.Message, e);
        }
        finally
        {
            _firing.TryRemove(reminder.Version, out _);
            reminders.Wake();
        }
    }

    /// <summary>Times that were missed are made up for by one firing.</summary>
    private DateTimeOffset? Next(Reminder reminder)
    {
        var period = Period.Parse(JsonSerializer.Deserialize<Callback>(reminder.Spec)!.Period);
        if (period.Every is not { } every || reminder.Remaining <= 1) return null;
        var missed = Math.Max(0, (clock.GetUtcNow() - reminder.Due).Ticks / every.Ticks);
        return reminder.Due + every * (missed + 1);
    }

    private static TimeSpan Earliest(TimeSpan wait) => wait < Longest ? TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)) : Longest;
}
