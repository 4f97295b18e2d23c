using System.Collections.Concurrent;
using System.Text.Json;
using EmbeddedDapr.Hosting;
using Npgsql;

namespace EmbeddedDapr.Actors;

/// <summary>Fires reminders when they are due, or, if no app is reachable then, as soon as one is.</summary>
internal sealed class ReminderWorker(
    ReminderStore reminders,
    ActorInvoker calls,
    Sidecars sidecars,
    TimeProvider clock,
    ILogger<ReminderWorker> logger
) : BackgroundService
{
    private const int BatchSize = 50;

    /// <summary>The longest time between two polls: well below the lease, which each poll renews.</summary>
    private static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan RetryDelay = TimeSpan.FromSeconds(2);

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
            var wait = MaxWait;
            try
            {
                wait = await FireDueAsync(apps, stoppingToken);
            }
            catch (NpgsqlException e)
            {
                logger.LogRemindersFailed(e.Message, e);
            }
            await reminders.WaitAsync(wait, stoppingToken);
        }
    }

    private async Task<TimeSpan> FireDueAsync(string[] apps, CancellationToken cancellationToken)
    {
        var (due, next) = await reminders.LeaseAsync(apps, [.. _firing.Keys], BatchSize, cancellationToken);
        foreach (var reminder in due)
        {
            if (_firing.TryAdd(reminder.Version, true))
                _ = FireAsync(reminder, cancellationToken);
        }

        if (due.Count == BatchSize)
            return TimeSpan.Zero;
        return next is { } at
            ? TimeSpan.FromMilliseconds(
                Math.Ceiling(Math.Clamp((at - clock.GetUtcNow()).TotalMilliseconds, 0, MaxWait.TotalMilliseconds))
            )
            : MaxWait;
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

            var isHandled = await calls.FireAsync(
                "remind",
                reminder.Actor.Type,
                reminder.Actor.Id,
                reminder.Name,
                reminder.Spec,
                cancellationToken
            );
            // The lease is not renewed from here on: advancing the reminder releases it.
            _firing.TryRemove(reminder.Version, out _);
            if (isHandled)
                await reminders.AdvanceAsync(reminder, Next(reminder), reminder.Remaining - 1, cancellationToken);
            else
                await reminders.AdvanceAsync(
                    reminder,
                    clock.GetUtcNow() + RetryDelay,
                    reminder.Remaining,
                    cancellationToken
                );
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The row is unchanged, so the reminder fires again after the restart.
        }
        catch (Exception e)
        {
            // After any failure, the reminder fires again when its lease ends.
            logger.LogRemindersFailed(e.Message, e);
        }
        finally
        {
            _firing.TryRemove(reminder.Version, out _);
            reminders.Wake();
        }
    }

    /// <summary>One firing makes up for all missed ones.</summary>
    private DateTimeOffset? Next(Reminder reminder)
    {
        var period = RepeatInterval.Parse(JsonSerializer.Deserialize<ActorCallback>(reminder.Spec)!.Period);
        if (period.Every is not { } every || reminder.Remaining <= 1)
            return null;
        var missed = Math.Max(0, (clock.GetUtcNow() - reminder.Due).Ticks / every.Ticks);
        return reminder.Due + every * (missed + 1);
    }
}
