namespace DaprShop.Gateway.Streams;

/// <summary>One event of a stream.</summary>
/// <param name="Id">What a client that was cut off sends back as <c>Last-Event-ID</c>. One line.</param>
/// <param name="Type">What the client listens for by <c>addEventListener</c>. One line.</param>
/// <param name="Data">JSON on one line.</param>
internal sealed record StreamEvent(string Id, string Type, string Data);
