using DaprShop.TestKit;
using EmbeddedDapr.Hosting;

namespace EmbeddedDapr.Tests;

public sealed class HostTests
{
    [Fact]
    public async Task The_runtime_starts_twice_on_one_database()
    {
        var names = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync("orders");
        await using var first = await Runtime.BuildAsync(new Sidecars([]), names.Owner);
        await using var second = await Runtime.BuildAsync(new Sidecars([]), names.Owner);
        second.Should().NotBeNull();
    }
}
