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

    /// <summary>
    /// The usual port, else any. The usual ones lie below the ports that the system hands to outgoing connections, so nobody takes one
    /// while its server is being restarted.
    /// </summary>
    public static int Prefer(int usual) => IsFree(usual) ? usual : Take();

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
