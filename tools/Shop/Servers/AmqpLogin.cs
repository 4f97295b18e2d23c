using System.Buffers.Binary;
using System.Net.Sockets;
using System.Text;

namespace DaprShop.Shop.Servers;

/// <summary>
/// The first half of an AMQP 0-9-1 handshake: enough to learn whether a broker is up and accepts the password.
/// </summary>
internal static class AmqpLogin
{
    private const byte MethodFrame = 1;
    private const byte FrameEnd = 0xCE;
    private const ushort Connection = 10;
    private const ushort Start = 10;
    private const ushort StartOk = 11;
    private const ushort Tune = 30;

    // capabilities: { authentication_failure_close: true }: without it the broker delays its answer to a wrong
    // password.
    private static byte[] Properties =>
        [.. Short("capabilities"), (byte)'F', .. Long([.. Short("authentication_failure_close"), (byte)'t', 1])];

    /// <summary>Null when the broker has accepted user and password.</summary>
    public static async Task<string?> TryAsync(
        NetworkStream stream,
        string user,
        string password,
        CancellationToken cancel
    )
    {
        if (await GreetAsync(stream, cancel) is { } problem)
            return problem;
        await stream.WriteAsync(
            Frame([
                .. Number(Connection),
                .. Number(StartOk),
                .. Long(Properties),
                .. Short("PLAIN"),
                .. Long(Encoding.UTF8.GetBytes($"\0{user}\0{password}")),
                .. Short("en_US"),
            ]),
            cancel
        );
        // The broker answers a wrong password with connection.close, or closes the socket.
        return await MethodAsync(stream, cancel) == (Connection, Tune)
            ? null
            : $"it does not accept the password of user '{user}'";
    }

    /// <summary>Null when a broker has answered.</summary>
    public static async Task<string?> GreetAsync(NetworkStream stream, CancellationToken cancel)
    {
        await stream.WriteAsync("AMQP\0\0\u0009\u0001"u8.ToArray(), cancel);
        return await MethodAsync(stream, cancel) == (Connection, Start) ? null : "it does not speak AMQP 0-9-1";
    }

    private static async Task<(ushort Class, ushort Method)> MethodAsync(NetworkStream stream, CancellationToken cancel)
    {
        var head = new byte[7];
        if (
            await stream.ReadAtLeastAsync(head, head.Length, throwOnEndOfStream: false, cancel) < head.Length
            || head[0] != MethodFrame
        )
            return default;
        var rest = new byte[BinaryPrimitives.ReadUInt32BigEndian(head.AsSpan(3)) + 1];
        await stream.ReadExactlyAsync(rest, cancel);
        return (BinaryPrimitives.ReadUInt16BigEndian(rest), BinaryPrimitives.ReadUInt16BigEndian(rest.AsSpan(2)));
    }

    private static byte[] Frame(byte[] payload) => [MethodFrame, 0, 0, .. Size(payload.Length), .. payload, FrameEnd];

    private static byte[] Number(ushort number) => [(byte)(number >> 8), (byte)number];

    private static byte[] Short(string text) => [(byte)text.Length, .. Encoding.ASCII.GetBytes(text)];

    private static byte[] Long(byte[] bytes) => [.. Size(bytes.Length), .. bytes];

    private static byte[] Size(int length)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, length);
        return bytes;
    }
}
