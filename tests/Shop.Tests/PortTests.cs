using System.Net;
using System.Net.Sockets;
using DaprShop.Shop.Networking;

namespace DaprShop.Shop.Tests;

public sealed class PortTests
{
    [Fact]
    public async Task A_port_in_use_is_reported_with_its_process()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;

        var act = () => RequiredPorts.CheckAsync([(port, "the gateway")]);

        (await act.Should().ThrowAsync<ShopException>())
            .Which.Message.Should()
            .Contain($"{port} (the gateway)")
            .And.Contain($"(pid {Environment.ProcessId})");
    }

    [Fact]
    public void A_socket_is_found_in_the_kernels_table()
    {
        string[] table =
        [
            "  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode",
            "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1 0000000000000000 100 0 0 10 0",
            "   1: 0100007F:1F91 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4712 1 0000000000000000 100 0 0 10 0",
            "   2: 0100007F:1F90 0100007F:1234 06 00000000:00000000 03:00000000 00000000     0        0 0 3 0000000000000000",
        ];

        PortOwner.Inodes(table, 8080).Should().Equal("4711");
    }

    [Fact]
    public void A_free_port_has_no_owner() => PortOwner.Find(FreePort.Take()).Should().BeNull();
}
