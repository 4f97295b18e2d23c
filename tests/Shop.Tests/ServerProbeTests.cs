using System.Net;
using System.Net.Sockets;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Startup;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

public sealed class ServerProbeTests
{
    [Theory]
    [InlineData("redis")]
    [InlineData("rabbitmq")]
    [InlineData("kafka")]
    public async Task A_frozen_server_whose_port_still_accepts_connections_is_a_problem(string server)
    {
        using var shop = new TemporaryShop();
        // Nobody accepts: as for a frozen process, the operating system completes the connection.
        using var port = new TcpListener(IPAddress.Loopback, 0);
        port.Start();
        var process = new ProcessState(
            server,
            ProcessIdentity.Of(Environment.ProcessId),
            ((IPEndPoint)port.LocalEndpoint).Port,
            ProcessSignal.Terminate,
            shop.Folder.LogOf(server)
        );

        var problems = await ServerProbe.ProblemsAsync(
            shop.Folder,
            shop.State with
            {
                Units = [new UnitState(server, UnitKind.Infra, 0, [process])],
            },
            TestContext.Current.CancellationToken
        );

        problems.Should().Equal($"{server}: it did not answer within 3 s");
    }
}
