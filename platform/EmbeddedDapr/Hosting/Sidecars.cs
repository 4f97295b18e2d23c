using EmbeddedDapr.Resources;
using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>All sidecars of this process. The local port of a call identifies the sidecar.</summary>
/// <param name="maxBodySize">In bytes; a larger request is rejected.</param>
internal sealed class Sidecars(IReadOnlyList<Sidecar> all, long maxBodySize = BodySize.Default)
{
    private readonly Dictionary<int, Sidecar> _byPort = all.SelectMany(s => new[] { (s.HttpPort, s), (s.GrpcPort, s) })
        .ToDictionary(p => p.Item1, p => p.s);

    public IReadOnlyList<Sidecar> All => all;

    public long MaxBodySize => maxBodySize;

    public Sidecar Of(HttpContext context) => _byPort[context.Connection.LocalPort];

    public Sidecar Of(ServerCallContext context) => Of(context.GetHttpContext());

    /// <summary>The replicas of an app; empty when the run file does not have the app.</summary>
    public IReadOnlyList<Sidecar> OfApp(string appId) => [.. all.Where(s => s.AppId == appId)];
}
