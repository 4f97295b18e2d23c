namespace Dapr.Workflow;

/// <summary>An exception, as it crosses processes.</summary>
public class WorkflowTaskFailureDetails(string errorType, string errorMessage, string? stackTrace = null)
{
    /// <summary>The exception's full type name.</summary>
    public string ErrorType { get; } = errorType ?? throw new ArgumentNullException(nameof(errorType));

    /// <summary>The exception's message.</summary>
    public string ErrorMessage { get; } = errorMessage ?? throw new ArgumentNullException(nameof(errorMessage));

    /// <summary>The exception's stack trace, where it was sent along.</summary>
    public string? StackTrace { get; } = stackTrace;

    /// <summary>No policy may try it again.</summary>
    internal bool IsNonRetriable { get; init; }

    /// <summary>Whether the failure was a <typeparamref name="T"/>. False where the type cannot be found in this process.</summary>
    public bool IsCausedBy<T>()
        where T : Exception =>
        ErrorType == typeof(T).FullName || Find(ErrorType) is { } type && typeof(T).IsAssignableFrom(type);

    /// <inheritdoc />
    public override string ToString() => $"{ErrorType}: {ErrorMessage}";

    private static Type? Find(string name) =>
        Type.GetType(name, throwOnError: false)
        ?? AppDomain
            .CurrentDomain.GetAssemblies()
            .Select(assembly => assembly.GetType(name, throwOnError: false))
            .FirstOrDefault(type => type is not null);
}
