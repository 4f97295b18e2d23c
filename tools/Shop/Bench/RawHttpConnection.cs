using System.Globalization;
using System.Net.Sockets;
using System.Text;

namespace DaprShop.Shop.Bench;

/// <summary>
/// A minimal HTTP client on one connection, one request at a time. It is cheap because it shares the machine with the
/// service that it measures.
/// </summary>
internal sealed class RawHttpConnection(TcpClient client) : IDisposable
{
    private readonly byte[] _buffer = new byte[64 * 1024];

    public static async Task<RawHttpConnection> OpenAsync(int port, CancellationToken cancel)
    {
        var client = new TcpClient { NoDelay = true };
        await client.ConnectAsync("127.0.0.1", port, cancel);
        return new RawHttpConnection(client);
    }

    /// <summary>The bytes of a GET request.</summary>
    public static byte[] Get(string path, string? token) =>
        Encoding.ASCII.GetBytes(
            $"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
                + (token is null ? "\r\n" : $"Authorization: Bearer {token}\r\n\r\n")
        );

    /// <summary>The bytes of a POST request with a JSON body.</summary>
    public static byte[] Post(string path, string json) =>
        Encoding.ASCII.GetBytes(
            $"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/json\r\n"
                + $"Content-Length: {json.Length}\r\n\r\n{json}"
        );

    /// <summary>Sends a request and returns the response, head and body.</summary>
    /// <exception cref="ShopException">The status is not 200, or the connection was closed.</exception>
    public async Task<ReadOnlyMemory<byte>> SendAsync(byte[] request, CancellationToken cancel)
    {
        var stream = client.GetStream();
        await stream.WriteAsync(request, cancel);
        for (var (read, end) = (0, -1); ; )
        {
            var more = await stream.ReadAsync(_buffer.AsMemory(read), cancel);
            if (more == 0)
                throw new ShopException(
                    "Inventory closed the connection during a response. `./shop logs inventory` shows why."
                );
            read += more;
            if (end < 0 && _buffer.AsSpan(0, read).IndexOf("\r\n\r\n"u8) is >= 0 and var head)
            {
                var length = Length(_buffer.AsSpan(0, head + 2));
                // A response without a length is chunked; the last chunk is empty.
                if (length >= 0)
                    end = head + 4 + length;
                else if (_buffer.AsSpan(0, read).EndsWith("\r\n0\r\n\r\n"u8))
                    end = read;
            }

            if (end >= 0 && read >= end)
                return _buffer.AsMemory(0, end);
        }
    }

    public void Dispose() => client.Dispose();

    private static int Length(ReadOnlySpan<byte> head)
    {
        if (!head.StartsWith("HTTP/1.1 200"u8))
            throw new ShopException(
                $"Inventory responded {Encoding.ASCII.GetString(head[..head.IndexOf((byte)'\r')])} instead of 200. "
                    + "`./shop logs inventory` shows why."
            );
        var name = "Content-Length: "u8;
        if (head.IndexOf(name) < 0)
            return -1;
        var value = head[(head.IndexOf(name) + name.Length)..];
        return int.Parse(value[..value.IndexOf((byte)'\r')], CultureInfo.InvariantCulture);
    }
}
