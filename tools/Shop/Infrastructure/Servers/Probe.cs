using System.Globalization;
using System.Net.Sockets;

namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>Asks a server one question in its own protocol.</summary>
internal static class Probe
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(3);

    /// <summary>What <paramref name="question"/> finds (null: all is well), or why there is no answer.</summary>
    public static async Task<string?> AskAsync(
        string address,
        Func<NetworkStream, CancellationToken, Task<string?>> question,
        CancellationToken cancel
    )
    {
        if (
            address.Split(':') is not [var host, var port]
            || !int.TryParse(port, CultureInfo.InvariantCulture, out var number)
        )
            return $"'{address}' is not host:port";
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Patience);
        try
        {
            using var client = new TcpClient();
            await client.ConnectAsync(host, number, limit.Token);
            await using var stream = client.GetStream();
            return await question(stream, limit.Token);
        }
        catch (Exception problem) when (problem is SocketException or IOException)
        {
            return problem.Message;
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            return $"it does not answer within {Patience.TotalSeconds:0} s";
        }
    }
}
