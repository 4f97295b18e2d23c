namespace DaprShop.Contracts;

/// <summary>
/// Names of the Dapr components in <c>components/</c>; the YAML decides which product implements each.
/// </summary>
public static class Components
{
    /// <summary>Work: every subscribing app receives each message once; its replicas share them.</summary>
    public const string PubSub = "pubsub";

    /// <summary>Live updates: every replica receives every message.</summary>
    public const string Broadcast = "broadcast";

    /// <summary>The second layer of the stock cache.</summary>
    public const string Cache = "cache";

    /// <summary>State of the workflow engine.</summary>
    public const string WorkflowStore = "workflowstore";

    /// <summary>Connection strings and keys.</summary>
    public const string Secrets = "secrets";
}
