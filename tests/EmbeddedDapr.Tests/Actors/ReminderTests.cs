using System.Net;
using System.Text;
using DaprShop.TestKit;
using DaprShop.Workflow.Tests.Runtime;
using EmbeddedDapr.Actors;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ReminderTests
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Once = TimeSpan.FromMilliseconds(-1);

    [Fact]
    public async Task A_reminder_without_a_period_fires_once()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RemindAsync("call", Soon, Once, 0);
        await Wait.UntilAsync(async () => !await office.Clerk("a").HasReminderAsync("call"), "the reminder is deleted");
        office.Diary.Count("call note").Should().Be(1);
    }

    [Fact]
    public async Task A_reminder_fires_the_given_number_of_times()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RemindAsync("call", Soon, TimeSpan.FromSeconds(1), 3);
        await Wait.UntilAsync(async () => !await office.Clerk("a").HasReminderAsync("call"), "the reminder is deleted");
        office.Diary.Count("call note").Should().Be(3);
    }

    [Fact]
    public async Task A_reminder_missed_while_the_runtime_was_down_fires_after_the_restart()
    {
        await using var office = await Office.OpenAsync();
        var due = TimeSpan.FromSeconds(4);
        await office.Clerk("a").RemindAsync("call", due, Once, 0);
        await office.StopRuntimeAsync();
        await Task.Delay(due + Soon);
        office.Diary.Count("call note").Should().Be(0);

        await office.StartRuntimeAsync();
        await Wait.UntilAsync(() => office.Diary.Count("call note") == 1, "the reminder fires");
    }

    [Fact]
    public async Task A_reminder_waits_for_an_unreachable_app()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RemindAsync("call", Soon, Once, 0);
        await office.StopAppAsync();
        await Task.Delay(Soon * 3);
        await office.StartAppAsync();
        await Wait.UntilAsync(() => office.Diary.Count("call note") == 1, "the reminder fires");
    }

    [Fact]
    public async Task An_unregistered_reminder_does_not_fire()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RemindAsync("call", TimeSpan.FromSeconds(4), Soon, 0);
        await office.Clerk("a").ForgetAsync("call");
        await office.Clerk("a").RemindAsync("other", TimeSpan.FromSeconds(5), Once, 0);
        await Wait.UntilAsync(() => office.Diary.Count("other note") == 1, "the other reminder fires");
        office.Diary.Count("call note").Should().Be(0);
    }

    [Fact]
    public async Task A_reminder_registered_again_during_its_firing_fires_again()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RemindAsync("renew", Soon, Once, 0);
        await Wait.UntilAsync(
            () => office.Diary.Count("renew note") == 2,
            "the reminder that its own firing registered fires"
        );
    }

    [Fact]
    public async Task A_timer_ticks_until_it_is_stopped()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").TickAsync(Soon, TimeSpan.FromMilliseconds(50));
        await Wait.UntilAsync(() => office.Diary.Count("tick tock") >= 3, "the timer has fired three times");
        await office.Clerk("a").StopTickingAsync();
        var ticks = office.Diary.Count("tick tock");
        await Task.Delay(Soon);
        office.Diary.Count("tick tock").Should().BeLessThanOrEqualTo(ticks + 1);
    }

    [Fact]
    public async Task A_timer_may_have_a_period_of_months()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").TickAsync(TimeSpan.FromDays(60), Once);
        await office.Clerk("a").TickAsync(Soon, TimeSpan.FromDays(60));
        await Wait.UntilAsync(() => office.Diary.Count("tick tock") == 1, "the timer has fired");
        (await office.Clerk("a").AddAsync(1)).Should().Be(1);
    }

    [Fact]
    public async Task Of_two_processes_one_fires_a_reminder()
    {
        await using var office = await Office.OpenAsync();
        await using var other = await Office.OpenAsync(beside: office);
        var names = Enumerable.Range(0, 20).Select(i => $"call{i}").ToList();
        foreach (var (i, name) in names.Index())
            await (i % 2 == 0 ? office.Clerk("a") : other.Clerk("b")).RemindAsync(
                name,
                TimeSpan.FromSeconds(1),
                Once,
                0
            );

        await Wait.UntilAsync(
            () => names.TrueForAll(name => office.Diary.Count($"{name} note") > 0),
            "all reminders have fired"
        );
        await Task.Delay(Soon);
        office.Diary.Entries.Count(entry => entry.EndsWith(" note", StringComparison.Ordinal)).Should().Be(names.Count);
    }

    [Theory]
    [InlineData("<html>")]
    [InlineData("""{"entities":["Odd"],"actorIdleTimeout":"soon"}""")]
    public async Task An_app_with_an_invalid_actor_configuration_does_not_affect_others(string config)
    {
        await using var office = await Office.OpenAsync();
        await using var neighbour = await office.StartNeighbourAsync(config);
        await office.Clerk("a").AddAsync(1);
        using (var odd = await office.CallAsync("Odd"))
            odd.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        await office.Clerk("a").RemindAsync("call", Soon, Once, 0);
        await Wait.UntilAsync(() => office.Diary.Count("call note") == 1, "the reminder fires");
    }

    [Fact]
    public async Task An_invalid_due_time_is_rejected()
    {
        await using var office = await Office.OpenAsync();
        using var body = new StringContent("""{"dueTime":"soon"}""", Encoding.UTF8, "application/json");
        using var rejected = await office.Http.PutAsync(
            new Uri(office.Sidecar, "/v1.0/actors/Clerk/a/reminders/call"),
            body
        );
        rejected.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await rejected.Content.ReadAsStringAsync()).Should().Contain("soon");
    }

    [Theory]
    [InlineData("1h2m3s4ms", 3723.004, null)]
    [InlineData("R3/PT10S", 10, 3)]
    [InlineData("P1DT1S", 86401, null)]
    [InlineData("R/PT1M", 60, null)]
    public void Intervals_are_read_in_both_notations(string text, double seconds, int? times) =>
        RepeatInterval.Parse(text).Should().Be(new RepeatInterval(TimeSpan.FromSeconds(seconds), times));

    [Theory]
    [InlineData("")]
    [InlineData("0h0m0s0ms")]
    public void Without_a_period_a_timer_fires_once(string text) =>
        RepeatInterval.Parse(text).Should().Be(new RepeatInterval(null, 1));
}
