using DaprShop.Shop.Supervision;
using DaprShop.TestKit;

namespace DaprShop.Shop.Tests;

public sealed class StartTurnTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);
    private readonly TemporaryShop _shop = new();

    public void Dispose() => _shop.Dispose();

    [Fact]
    public async Task A_second_start_says_that_it_waits_and_goes_on_when_the_first_is_over()
    {
        var waiting = false;
        var first = await TakeAsync(() => { }, Patience);

        var second = TakeAsync(() => waiting = true, Patience);
        await Wait.UntilAsync(() => waiting, "the second says that it waits");
        second.IsCompleted.Should().BeFalse();
        first.Dispose();

        (await second).Dispose();
    }

    [Fact]
    public async Task A_start_that_waits_for_too_long_says_what_to_do()
    {
        using var first = await TakeAsync(() => { }, Patience);

        var second = () => TakeAsync(() => { }, TimeSpan.FromMilliseconds(50));

        (await second.Should().ThrowAsync<ShopException>()).WithMessage("*./shop status*./shop down*");
    }

    private Task<IDisposable> TakeAsync(Action waiting, TimeSpan patience) =>
        StartTurn.TakeAsync(_shop.Folder, waiting, patience, CancellationToken.None);
}
