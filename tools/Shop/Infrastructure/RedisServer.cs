using System.Globalization;
using System.Net.Sockets;
using System.Text;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Infrastructure;

/// <summary>A private Redis on 127.0.0.1 that appends every write to disk, and the question whether a Redis answers.</summary>
internal static class RedisServer
{
    public const int UsualPort = 3541;

    public static ProcessSpec Local(int port, ShopFolder shop)
    {
        var program = Executable.Find("redis-server") ?? throw new ShopException(
            "No Redis found. Install it (Debian: apt-get install redis-server), or set SHOP_REDIS=host:port, for example of `docker compose up -d redis`: SHOP_REDIS=127.0.0.1:6379.");
        var data = Path.Combine(shop.Data, "redis");
        // everysec: the death of the process loses nothing, that of the machine a second, which the shop's own tables make good.
        return new("redis", program, "--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", data,
            "--appendonly", "yes", "--appendfsync", "everysec", "--save", "", "--daemonize", "no")
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf("redis"),
            Folders = [data],
        };
    }

    /// <summary>Null when it answers PING, else why it does not.</summary>
    public static async Task<string?> ProblemAsync(string address, CancellationToken cancel)
    {
        if (address.Split(':') is not [var host, var port] || !int.TryParse(port, CultureInfo.InvariantCulture, out var number))
            return $"'{address}' is not host:port";
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, number, cancel);
            await using var stream = client.GetStream();
            await stream.WriteAsync("PING\r\n"u8.ToArray(), cancel);
            var answer = new byte[64];
            var length = await stream.ReadAsync(answer, cancel);
            var text = Encoding.ASCII.GetString(answer, 0, length).Trim();
            return text == "+PONG" ? null : $"it answers '{text}'";
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            return problem.Message;
        }
    }
}
