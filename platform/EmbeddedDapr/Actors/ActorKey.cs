namespace EmbeddedDapr.Actors;

/// <summary>Identifies an actor within the app that owns its state.</summary>
internal sealed record ActorKey(string App, string Type, string Id)
{
    public string Path => $"actors/{Uri.EscapeDataString(Type)}/{Uri.EscapeDataString(Id)}";
}
