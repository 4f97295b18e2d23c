using System.Collections.Concurrent;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.Actors;

/// <summary>Fires reminders when they are due, or as soon as there is somebody to fire them after that.</summary>
internal sealed class ReminderLoop(
    Reminders reminders,
    ActorCalls calls,
    Sidecars sidecars,
    TimeProvider clock,
    ILogger<ReminderLoop> logger
) : BackgroundService
{
    private const int AtOnce = 50;

    /// <summary>How long it looks away at most: well below the lease, which each look renews.</summary>
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Again = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<Guid, bool> _firing = new();

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var apps = sidecars
            .All.Where(sidecar => sidecar.AppPort > 0)
            .Select(sidecar => sidecar.AppId)
            .Distinct()
            .ToArray();
        while (!stoppingToken.IsCancellationRequested)
        {
            var wait = Longest;
            try
            {
                wait = await RoundAsync(apps, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogRemindersLost(e.Message, e);
            }
            await reminders.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task<TimeSpan> RoundAsync(string[] apps, CancellationToken cancellationToken)
    {
        var (due, next) = await reminders.LeaseAsync(apps, [.. _firing.Keys], AtOnce, cancellationToken);
        foreach (var reminder in due)
        {
            if (_firing.TryAdd(reminder.Version, true))
                _ = FireAsync(reminder, cancellationToken);
        }

        if (due.Count == AtOnce)
            return TimeSpan.Zero;
        return next is { } at
            ? TimeSpan.FromMilliseconds(
                Math.Ceiling(Math.Clamp((at - clock.GetUtcNow()).TotalMilliseconds, 0, Longest.TotalMilliseconds))
            )
            : Longest;
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

            var isTaken = await calls.FireAsync(
                "remind",
                reminder.Actor.Type,
                reminder.Actor.Id,
                reminder.Name,
                reminder.Spec,
                cancellationToken
            );
            // From here on the lease is not renewed: nobody holds it once the reminder has gone on.
            _firing.TryRemove(reminder.Version, out _);
            if (isTaken)
                await reminders.AdvanceAsync(reminder, Next(reminder), reminder.Remaining - 1, cancellationToken);
            else
                await reminders.AdvanceAsync(
                    reminder,
                    clock.GetUtcNow() + Again,
                    reminder.Remaining,
                    cancellationToken
                );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // It is still in the database, and fires again.
        }
        catch (Exception e)
        {
            // Whatever it was, the reminder fires again when its lease ends.
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
        if (period.Every is not { } every || reminder.Remaining <= 1)
            return null;
        var missed = Math.Max(0, (clock.GetUtcNow() - reminder.Due).Ticks / every.Ticks);
        return reminder.Due + every * (missed + 1);
    }
}
