namespace EmbeddedDapr.State;

/// <summary>The condition on a key did not hold; nothing was written.</summary>
internal sealed class StateConflictException(string message) : Exception(message);

/// <summary>The ETag is not one that the store issues.</summary>
internal sealed class MalformedETagException(string etag) : Exception($"invalid etag value: '{etag}'");
