namespace Dapr.Workflow.Replay;

/// <summary>The code does not do what its history says it did. Trying again cannot help.</summary>
#pragma warning disable CA1032, CA1064 // Internal: a workflow is not meant to catch it, and catching it does not save the workflow.
internal sealed class NonDeterministicWorkflowException(string message) : Exception(message);
#pragma warning restore CA1032, CA1064
