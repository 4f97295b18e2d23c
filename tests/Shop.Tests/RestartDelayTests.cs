using DaprShop.Shop.Supervision;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Shop.Tests;

public sealed class RestartDelayTests
{
    private static readonly TimeSpan AfterOneSecond = TimeSpan.FromSeconds(1);

    [Fact]
    public void The_delay_of_a_process_that_keeps_dying_doubles_up_to_ten_seconds()
    {
        var delay = new RestartDelay();

        var delays = Enumerable.Range(0, 8).Select(_ => delay.Next(AfterOneSecond).TotalSeconds);

        delays.Should().Equal(0.2, 0.4, 0.8, 1.6, 3.2, 6.4, 10, 10);
    }

    [Fact]
    public void A_process_that_ran_for_30_seconds_is_restarted_after_the_shortest_delay()
    {
        var delay = new RestartDelay();
        for (var death = 0; death < 8; death++)
            delay.Next(AfterOneSecond);

        delay.Next(TimeSpan.FromSeconds(30)).TotalSeconds.Should().Be(0.2);
        delay.Next(AfterOneSecond).TotalSeconds.Should().Be(0.4);
    }

    [Fact]
    public void A_failure_timeout_passes_only_when_every_observation_was_a_failure()
    {
        var time = new FakeTimeProvider();
        var timeout = new FailureTimeout(TimeSpan.FromSeconds(15), time);

        bool Observe(int afterSeconds, bool isFailing)
        {
            time.Advance(TimeSpan.FromSeconds(afterSeconds));
            return timeout.Observe(isFailing);
        }

        Observe(0, isFailing: true).Should().BeFalse();
        Observe(14, isFailing: true).Should().BeFalse();
        Observe(1, isFailing: false).Should().BeFalse("one observation was healthy");
        Observe(1, isFailing: true).Should().BeFalse();
        Observe(15, isFailing: true).Should().BeTrue();
        Observe(1, isFailing: true).Should().BeFalse("the measurement starts again after a restart");
    }
}
