using System.Net;
using System.Net.Sockets;

namespace DaprShop.Shop.Infrastructure;

/// <summary>
/// A TCP port on 127.0.0.1 that nobody listens on. All lie below the ports that the system hands to outgoing connections, so that nobody takes
/// one before its server has it, or while that is being restarted.
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

    /// <summary>For tests, which run beside a shop and must not take its ports.</summary>
    public static bool AvoidsUsual { get; set; }

    /// <summary>The usual port, else any.</summary>
    public static int Prefer(int usual) => !AvoidsUsual && IsFree(usual) ? usual : Take();

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
