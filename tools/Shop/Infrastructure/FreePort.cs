using System.Net;
using System.Net.Sockets;

namespace DaprShop.Shop.Infrastructure;

/// <summary>A TCP port on 127.0.0.1 that nobody listens on.</summary>
internal static class FreePort
{
    public static int Take()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>The port that was used last time if it is still free, so that addresses survive a restart; else another one.</summary>
    public static int Keep(int? last) => last is { } port && IsFree(port) ? port : Take();

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
