using Dapper;
using DaprShop.PaymentProvider;

namespace DaprShop.Payments.Tests;

/// <summary>The simulated provider commits what waits together.</summary>
public sealed class ProviderLedgerTests
{
    [Fact]
    public async Task Work_that_fails_is_undone_alone()
    {
        using var ledger = new ProviderLedger(new ProviderSettings());
        await ledger.Transactions.StartAsync(TestContext.Current.CancellationToken);
        using var begun = new ManualResetEventSlim();
        // What follows waits for it together.
        var first = ledger.TransactAsync(_ => begun.Wait(TimeSpan.FromSeconds(30)), CancellationToken.None);
        var before = Refuse("before");
        var failing = ledger.TransactAsync<int>(
            db =>
            {
                db.Execute("insert into refusals (key, count) values ('failing', 1)");
                throw new InvalidOperationException("no");
            },
            CancellationToken.None
        );
        var after = Refuse("after");
        begun.Set();

        (await first).Should().BeTrue();
        await failing.Awaiting(f => f).Should().ThrowAsync<InvalidOperationException>().WithMessage("no");
        (await before).Should().Be(1);
        (await after).Should().Be(1);
        var kept = await ledger.TransactAsync(
            db => db.Query<string>("select key from refusals order by key").ToList(),
            CancellationToken.None
        );
        kept.Should().Equal("after", "before");
        await ledger.Transactions.StopAsync(CancellationToken.None);

        Task<int> Refuse(string key) =>
            ledger.TransactAsync(
                db => db.Execute("insert into refusals (key, count) values (@key, 1)", new { key }),
                CancellationToken.None
            );
    }

    [Fact]
    public async Task It_does_not_watch_the_folder_that_it_was_started_in()
    {
        await using var app = ProviderApp.Create([]);

        // There PostgreSQL's files change all the time, and configuration watches all of its content root.
        app.Environment.ContentRootPath.TrimEnd('/').Should().Be(AppContext.BaseDirectory.TrimEnd('/'));
    }
}
