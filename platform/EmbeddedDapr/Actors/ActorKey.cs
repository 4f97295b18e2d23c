namespace EmbeddedDapr.Actors;

/// <summary>Names an actor, with the app whose state store holds it.</summary>
internal sealed record ActorKey(string App, string Type, string Id)
{
    public string Path => $"actors/{Uri.EscapeDataString(Type)}/{Uri.EscapeDataString(Id)}";
}
