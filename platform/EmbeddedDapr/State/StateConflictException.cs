namespace EmbeddedDapr.State;

/// <summary>A key is not what the caller takes it for: nothing was written.</summary>
internal sealed class StateConflictException(string message) : Exception(message);

/// <summary>An ETag is none of those that are given out.</summary>
internal sealed class MalformedETagException(string etag) : Exception($"invalid etag value: '{etag}'");
