using System.Reflection;
using System.Runtime.CompilerServices;
using DaprShop.Contracts;
using DaprShop.Gateway.ApiDocuments;

namespace DaprShop.Gateway.Tests;

/// <summary>The event contract: it changes on purpose only.</summary>
public sealed class AsyncApiTests(GatewayFixture fixture) : IClassFixture<GatewayFixture>
{
    [Fact]
    public async Task The_event_contract_equals_the_committed_one()
    {
        var file = Path.GetFullPath(
            Path.Combine(Path.GetDirectoryName(Here())!, "..", "..", "..", "docs", "asyncapi.json")
        );
        if (Environment.GetEnvironmentVariable("WRITE_CONTRACTS") == "1")
            await File.WriteAllTextAsync(file, GetAsyncApi.Document, TestContext.Current.CancellationToken);

        GetAsyncApi
            .Document.Should()
            .Be(
                await File.ReadAllTextAsync(file, TestContext.Current.CancellationToken),
                "subscribers rely on docs/asyncapi.json. If the change is intended, regenerate it: WRITE_CONTRACTS=1 "
                    + "artifacts/bin/Gateway.Tests/release/DaprShop.Gateway.Tests "
                    + "-class DaprShop.Gateway.Tests.AsyncApiTests"
            );
        (
            await fixture
                .Gateway.CreateClient()
                .GetStringAsync("/asyncapi/v1.json", TestContext.Current.CancellationToken)
        )
            .Should()
            .Be(GetAsyncApi.Document);
    }

    [Fact]
    public void Every_event_type_is_in_the_catalogue_once() =>
        EventCatalogue
            .All.Select(k => k.Type)
            .Should()
            .OnlyHaveUniqueItems()
            .And.BeEquivalentTo(
                typeof(EventTypes)
                    .GetFields(BindingFlags.Public | BindingFlags.Static)
                    .Select(f => (string)f.GetValue(null)!)
                    .Where(type => type is not (EventTypes.Page or EventTypes.Unpublishable))
            );

    private static string Here([CallerFilePath] string path = "") => path;
}
