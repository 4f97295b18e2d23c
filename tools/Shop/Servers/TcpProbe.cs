using System.Globalization;
using System.Net.Sockets;

namespace DaprShop.Shop.Servers;

/// <summary>Sends a server one request in its own protocol.</summary>
internal static class TcpProbe
{
    private static readonly TimeSpan ResponseTimeout = TimeSpan.FromSeconds(3);

    /// <summary>
    /// Returns the result of <paramref name="query"/> (null: healthy), or the reason why there was none.
    /// </summary>
    public static async Task<string?> QueryAsync(
        string address,
        Func<NetworkStream, CancellationToken, Task<string?>> query,
        CancellationToken cancel
    )
    {
        if (
            address.Split(':') is not [var host, var port]
            || !int.TryParse(port, CultureInfo.InvariantCulture, out var number)
        )
            return $"'{address}' is not of the form host:port";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(ResponseTimeout);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, number, limit.Token);
            await using var stream = client.GetStream();
            return await query(stream, limit.Token);
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            return problem.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it did not answer within {ResponseTimeout.TotalSeconds:0} s";
        }
    }
}
