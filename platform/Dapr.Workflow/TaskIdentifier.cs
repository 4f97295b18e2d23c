namespace Dapr.Workflow.Abstractions;

/// <summary>The name under which a workflow or an activity is registered.</summary>
public readonly record struct TaskIdentifier(string Name)
{
    /// <summary>A name is an identifier.</summary>
    public static implicit operator TaskIdentifier(string name) => new(name);

    /// <summary>An identifier is its name.</summary>
    public static implicit operator string(TaskIdentifier identifier) => identifier.Name;

    /// <inheritdoc />
    public override string ToString() => Name;
}
