namespace EmbeddedDapr.Hosting;

/// <summary>Knows the workflow workers that are connected; asked by the sidecar's metadata.</summary>
internal interface IWorkflowWorkers
{
    /// <summary>How many workers of the sidecar's app hold a stream open.</summary>
    int Connected(Sidecar sidecar);
}

/// <summary>Where no workflows are served.</summary>
internal sealed class NoWorkflowWorkers : IWorkflowWorkers
{
    public int Connected(Sidecar sidecar) => 0;
}
