using System.Text.Json;
using Dapr.Actors;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>The waitlist of one SKU, which is in its id (<see cref="Waitlists"/>). Its turns follow one another; what it decides is committed to the database.</summary>
public interface IWaitlistActor : IActor
{
    /// <summary>Takes a place in the line; answers what became of the request.</summary>
    Task<JsonElement> JoinAsync(WaitlistRequest wish);

    /// <summary>Gives a place up; answers what became of the request.</summary>
    Task<JsonElement> LeaveAsync(WaitlistRequest wish);

    /// <summary>An offer was made: lets the actor be reminded of the earliest end of those that stand.</summary>
    Task WatchAsync();
}

/// <summary>What a customer wants of a waitlist.</summary>
/// <param name="Key">The request's idempotency key.</param>
/// <param name="Fingerprint">What a repetition must equal.</param>
/// <param name="Quantity">Units, for who joins.</param>
public sealed record WaitlistRequest(string Key, byte[] Fingerprint, string Customer, int Quantity);
