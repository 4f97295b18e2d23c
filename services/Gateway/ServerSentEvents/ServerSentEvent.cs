namespace DaprShop.Gateway.ServerSentEvents;

/// <summary>One event of a stream.</summary>
/// <param name="Id">What a reconnecting client sends as <c>Last-Event-ID</c>. One line.</param>
/// <param name="Type">What the client passes to <c>addEventListener</c>. One line.</param>
/// <param name="Data">JSON on one line.</param>
internal sealed record ServerSentEvent(string Id, string Type, string Data);
