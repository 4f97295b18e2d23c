namespace EmbeddedDapr.Hosting;

/// <summary>The connected workflow workers, as the sidecar's metadata reports them.</summary>
internal interface IWorkflowWorkers
{
    /// <summary>The number of workers of the sidecar's app with an open stream.</summary>
    int Connected(Sidecar sidecar);
}
