using Dapr.Actors;
using Dapr.Actors.Runtime;

namespace DaprShop.Conformance.App;

/// <summary>An actor with a reminder.</summary>
public interface IAlarm : IActor
{
    /// <summary>Stores the number, and records it once when the reminder fires.</summary>
    Task SetAsync(Setting setting);
}

/// <summary>The number to record, and when: in milliseconds from now.</summary>
public sealed record Setting(long Number, int AfterMs);

internal sealed class Alarm(ActorHost host, Record record) : Actor(host), IAlarm, IRemindable
{
    private const string Key = "number";

    public async Task SetAsync(Setting setting)
    {
        await StateManager.SetStateAsync(Key, setting.Number);
        await RegisterReminderAsync(
            "alarm",
            [],
            TimeSpan.FromMilliseconds(setting.AfterMs),
            TimeSpan.FromMilliseconds(-1)
        );
        record.Add("set", Id.ToString(), setting.Number);
    }

    public async Task ReceiveReminderAsync(string reminderName, byte[] state, TimeSpan dueTime, TimeSpan period) =>
        record.Add("rang", Id.ToString(), await StateManager.GetStateAsync<long>(Key));
}

internal static class ActorServices
{
    public static void AddActorTypes(this IServiceCollection services) =>
        services.AddActors(options =>
        {
            options.UseJsonSerialization = true;
            options.Actors.RegisterActor<Alarm>();
        });
}
