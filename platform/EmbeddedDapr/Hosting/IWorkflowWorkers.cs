namespace EmbeddedDapr.Hosting;

/// <summary>How many workflow workers are connected, which Dapr tells in its metadata.</summary>
internal interface IWorkflowWorkers
{
    int Connected(Sidecar sidecar);
}
