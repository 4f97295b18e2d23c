namespace DaprShop.Contracts;

/// <summary>The names of the Dapr components in <c>components/</c>. Which product stands behind one is the YAML's affair.</summary>
public static class Components
{
    /// <summary>Work: each subscribing app gets every message once, its replicas share.</summary>
    public const string PubSub = "pubsub";

    /// <summary>Live updates: every replica gets every message.</summary>
    public const string Broadcast = "broadcast";

    /// <summary>The second layer of the stock cache.</summary>
    public const string Cache = "cache";

    /// <summary>Where the workflow engine keeps its state.</summary>
    public const string WorkflowStore = "workflowstore";

    /// <summary>Connection strings and keys.</summary>
    public const string Secrets = "secrets";
}
