using DaprShop.Shop.Supervision;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Shop.Tests;

public sealed class BackoffTests
{
    private static readonly TimeSpan AtOnce = TimeSpan.FromSeconds(1);

    [Fact]
    public void What_keeps_dying_is_started_later_each_time_up_to_ten_seconds()
    {
        var backoff = new Backoff();

        var waits = Enumerable.Range(0, 8).Select(_ => backoff.After(AtOnce).TotalSeconds);

        waits.Should().Equal(0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10);
    }

    [Fact]
    public void What_ran_for_half_a_minute_is_started_at_once_again()
    {
        var backoff = new Backoff();
        for (var death = 0; death < 8; death++)
            backoff.After(AtOnce);

        backoff.After(TimeSpan.FromSeconds(30)).TotalSeconds.Should().Be(0.2);
        backoff.After(AtOnce).TotalSeconds.Should().Be(0.4);
    }

    [Fact]
    public void Patience_runs_out_only_when_something_is_bad_all_the_time()
    {
        var time = new FakeTimeProvider();
        var patience = new Patience(TimeSpan.FromSeconds(15), time);

        bool After(int seconds, bool bad)
        {
            time.Advance(TimeSpan.FromSeconds(seconds));
            return patience.RunsOut(bad);
        }

        After(0, bad: true).Should().BeFalse();
        After(14, bad: true).Should().BeFalse();
        After(1, bad: false).Should().BeFalse("it was good once");
        After(1, bad: true).Should().BeFalse();
        After(15, bad: true).Should().BeTrue();
        After(1, bad: true).Should().BeFalse("a restart gets its time");
    }
}
