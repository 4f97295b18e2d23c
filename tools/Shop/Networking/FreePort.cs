using System.Net;
using System.Net.Sockets;

namespace DaprShop.Shop.Networking;

/// <summary>
/// A TCP port on 127.0.0.1 on which no process listens. All are below the range of outgoing connections, so that the
/// system does not assign one to a connection before its server listens, or while the server is restarted.
/// </summary>
internal static class FreePort
{
    private const int First = 22000;
    private const int Count = 6000;
    private static int _next = Random.Shared.Next(Count);

    public static int Take() =>
        Enumerable
            .Range(0, Count)
            .Select(_ => First + (Interlocked.Increment(ref _next) & int.MaxValue) % Count)
            .First(IsFree);

    /// <summary>Set by tests, which run beside a shop and must not use its ports.</summary>
    public static bool UseRandomPorts { get; set; }

    /// <summary>The preferred port where it is free, else any free port.</summary>
    public static int Prefer(int preferred) => !UseRandomPorts && IsFree(preferred) ? preferred : Take();

    public static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
