namespace EmbeddedDapr.Resources;

/// <summary>The run file or a resource is invalid; the message says why, and what is allowed.</summary>
internal sealed class RunFileException(string message, Exception? inner = null) : Exception(message, inner);
