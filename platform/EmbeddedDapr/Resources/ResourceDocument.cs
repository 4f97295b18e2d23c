namespace EmbeddedDapr.Resources;

/// <summary>The part of a resource file that is read.</summary>
internal sealed class ResourceDocument
{
    public string Kind { get; set; } = "";

    public NameOnly Metadata { get; set; } = new();

    public SpecPart Spec { get; set; } = new();

    public List<string> Scopes { get; set; } = [];

    public sealed class NameOnly
    {
        public string Name { get; set; } = "";
    }

    public sealed class MetadataItem
    {
        public string Name { get; set; } = "";

        public string? Value { get; set; }
    }

    /// <summary>The spec of a Component (type, version, metadata) or a Resiliency (policies, targets).</summary>
    public sealed class SpecPart
    {
        public string Type { get; set; } = "";

        public string Version { get; set; } = "";

        public List<MetadataItem> Metadata { get; set; } = [];

        public PolicyPart Policies { get; set; } = new();

        public TargetPart Targets { get; set; } = new();
    }

    public sealed class PolicyPart
    {
        public Dictionary<string, RetryPart> Retries { get; set; } = [];
    }

    public sealed class RetryPart
    {
        public string Policy { get; set; } = "constant";

        public string Duration { get; set; } = "5s";

        public string MaxInterval { get; set; } = "60s";

        public int MaxRetries { get; set; } = -1;
    }

    public sealed class TargetPart
    {
        public Dictionary<string, ComponentTarget> Components { get; set; } = [];
    }

    public sealed class ComponentTarget
    {
        public Direction Inbound { get; set; } = new();
    }

    public sealed class Direction
    {
        public string? Retry { get; set; }
    }
}
