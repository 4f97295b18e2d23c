using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.History.Tests;

public sealed class BodilessRoutesTests(HistoryFixture fixture) : IClassFixture<HistoryFixture>
{
    [Fact]
    public async Task A_body_on_a_route_that_takes_none_is_refused()
    {
        var answers = await fixture
            .Service.As(Identity.Operator, "olga")
            .AnswersToBodiesAsync(TestContext.Current.CancellationToken);
        answers.Should().ContainKeys("POST /ops/history/rebuild", "DELETE /ops/dead-letters/{id}");
        answers.Where(a => a.Value.Length > 0).Should().BeEmpty();
    }
}
