using System.Text.Json;
using Dapr.Actors;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Inventory.Waitlist;

/// <summary>
/// The waitlist of one SKU, which is encoded in its id (<see cref="WaitlistClient"/>). Its calls run one at a time; its
/// decisions are committed to the database.
/// </summary>
public interface IWaitlistActor : IActor
{
    /// <summary>Adds the customer to the waitlist; returns the outcome.</summary>
    Task<JsonElement> JoinAsync(WaitlistRequest request);

    /// <summary>Removes the customer from the waitlist; returns the outcome.</summary>
    Task<JsonElement> LeaveAsync(WaitlistRequest request);

    /// <summary>Sets the reminder to the earliest end of the open offers.</summary>
    Task WatchAsync();
}

/// <summary>A request of a customer to a waitlist.</summary>
/// <param name="Key">The request's idempotency key.</param>
/// <param name="Fingerprint">Hash of the request.</param>
/// <param name="Quantity">Units wanted; ignored where the customer leaves.</param>
public sealed record WaitlistRequest(string Key, byte[] Fingerprint, string Customer, int Quantity);
