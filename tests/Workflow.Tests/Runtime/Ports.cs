using System.Net;
using System.Net.Sockets;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>
/// Free ports from a range below the ephemeral one, so that no outgoing connection can take them in between.
/// </summary>
internal static class Ports
{
    private const int First = 21000;
    private const int Count = 500;
    private static int _next = Random.Shared.Next(Count);

    public static int Free()
    {
        for (var tries = 0; tries < Count; tries++)
        {
            var port = First + Interlocked.Increment(ref _next) % Count;
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Any, port));
                return port;
            }
            catch (SocketException) { }
        }

        throw new InvalidOperationException($"No free port in {First}..{First + Count - 1}.");
    }
}
