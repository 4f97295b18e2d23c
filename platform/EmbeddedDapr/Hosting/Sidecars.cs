using EmbeddedDapr.Resources;
using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>All sidecars of this process. Which of them a caller means is told by the port that it came in at.</summary>
/// <param name="maxBodySize">Bytes; a larger request is refused.</param>
internal sealed class Sidecars(IReadOnlyList<Sidecar> all, long maxBodySize = BodySize.Default)
{
    private readonly Dictionary<int, Sidecar> _byPort = all.SelectMany(s => new[] { (s.HttpPort, s), (s.GrpcPort, s) })
        .ToDictionary(p => p.Item1, p => p.s);

    public IReadOnlyList<Sidecar> All => all;

    public long MaxBodySize => maxBodySize;

    public Sidecar Of(HttpContext context) => _byPort[context.Connection.LocalPort];

    public Sidecar Of(ServerCallContext context) => Of(context.GetHttpContext());

    /// <summary>The replicas of an app; empty when the run file has none.</summary>
    public IReadOnlyList<Sidecar> OfApp(string appId) => [.. all.Where(s => s.AppId == appId)];
}
