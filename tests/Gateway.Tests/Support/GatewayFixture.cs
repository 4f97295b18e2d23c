using DaprShop.TestKit;

namespace DaprShop.Gateway.Tests;

/// <summary>A gateway in front of a fake sidecar.</summary>
public sealed class GatewayFixture : IAsyncLifetime
{
    internal FakeSidecar Sidecar { get; private set; } = null!;

    internal ServiceHost<Program> Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Sidecar = await FakeSidecar.StartAsync();
        Gateway = new ServiceHost<Program>(
            null,
            ("DAPR_HTTP_ENDPOINT", Sidecar.Address),
            ("DAPR_API_TOKEN", "the-sidecars-token")
        );
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Sidecar.DisposeAsync();
    }
}
