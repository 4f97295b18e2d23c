namespace EmbeddedDapr.Resources;

/// <summary>The run file or a resource cannot be used as it is; the message says what was wrong and what is allowed.</summary>
internal sealed class RunFileException(string message, Exception? inner = null) : Exception(message, inner);
