namespace DaprShop.SystemTests;

/// <summary>
/// One running shop for all tests that leave it as it was: whole, with a clean audit. Each test brings stock of its
/// own. A shop whose test failed is ended, so that the failure does not spread.
/// </summary>
public sealed class SharedShop : IAsyncDisposable
{
    private ShopFixture? _shop;
    private string? _runtime;

    /// <summary>
    /// The running shop on a runtime; one on another runtime is ended first, as both use the same ports.
    /// </summary>
    public async Task<ShopFixture> OnAsync(string runtime)
    {
        if (_shop is not null && _runtime == runtime)
            return _shop;
        await DisposeAsync();
        _shop = await ShopFixture.OfAsync(runtime, null, null);
        _runtime = runtime;
        return _shop;
    }

    /// <summary>The running shop; if there is none, a new one.</summary>
    public Task<ShopFixture> OnAnyAsync() => OnAsync(_shop is null ? Runtimes.Any : _runtime!);

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        if (_shop is { } shop)
        {
            _shop = null;
            await shop.DisposeAsync();
        }
    }
}

/// <summary>The tests that use <see cref="SharedShop"/>: they run one after the other.</summary>
[CollectionDefinition(Name)]
public sealed class SharedShopTests : ICollectionFixture<SharedShop>
{
    public const string Name = "the shared shop";
}

/// <summary>A test class that uses <see cref="SharedShop"/>.</summary>
[Collection(SharedShopTests.Name)]
public abstract class SharedShopTest(SharedShop shops) : IAsyncDisposable
{
    /// <summary>The running shop on a runtime.</summary>
    protected Task<ShopFixture> ShopAsync(string runtime) => shops.OnAsync(runtime);

    /// <summary>A running shop, on whichever runtime.</summary>
    protected Task<ShopFixture> ShopAsync() => shops.OnAnyAsync();

    /// <inheritdoc />
    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        if (TestContext.Current.TestState?.Result == TestResult.Failed)
            await shops.DisposeAsync();
    }
}
