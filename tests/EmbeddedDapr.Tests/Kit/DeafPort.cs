using System.Net;
using System.Net.Sockets;

namespace EmbeddedDapr.Tests.Kit;

/// <summary>
/// A port that neither accepts nor refuses connections, like that of a frozen process: connection attempts hang.
/// </summary>
internal sealed class DeafPort : IDisposable
{
    private readonly List<Socket> _sockets = [];

    public static async Task<DeafPort> ListenAsync(int port)
    {
        var deaf = new DeafPort();
        var listener = deaf.Open();
        listener.Bind(new IPEndPoint(IPAddress.Loopback, port));
        listener.Listen(0);
        for (var isFull = false; !isFull; )
        {
            using var limit = new CancellationTokenSource(TimeSpan.FromMilliseconds(200));
            try
            {
                await deaf.Open().ConnectAsync(IPAddress.Loopback, port, limit.Token);
            }
            catch (OperationCanceledException)
            {
                isFull = true;
            }
        }

        return deaf;
    }

    public void Dispose() => _sockets.ForEach(socket => socket.Dispose());

    private Socket Open()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        _sockets.Add(socket);
        return socket;
    }
}
