using System.Text.Json;
using CsCheck;
using DaprShop.Contracts;

namespace DaprShop.Messaging.Tests;

public sealed class EventPagesTests
{
    [Fact]
    public void Pages_hold_all_events_in_order_within_the_limits_and_no_more_pages_than_needed() =>
        Gen.OneOf(100, 2_000, 100_000)
            .SelectMany(largest => Gen.Int[0, largest].Array[0, 600])
            .Sample(
                lengths =>
                {
                    var events = lengths.Select((length, i) => Event(i + 1, length)).ToList();

                    var pages = EventPages.Split("app", events).ToList();

                    pages.SelectMany(p => p.Events).Should().Equal(events);
                    foreach (var page in pages)
                    {
                        page.Events.Should()
                            .HaveCountGreaterThan(0)
                            .And.HaveCountLessThanOrEqualTo(EventPages.MaxEvents);
                        if (page.Events.Count > 1)
                            page.Events.Sum(Length).Should().BeLessThanOrEqualTo(EventPages.MaxLength);
                    }

                    foreach (var (page, next) in pages.Zip(pages.Skip(1)))
                    {
                        var fits =
                            page.Events.Count < EventPages.MaxEvents
                            && page.Events.Sum(Length) + Length(next.Events[0]) + (400 * (page.Events.Count + 1))
                                <= EventPages.MaxLength;
                        fits.Should().BeFalse("the next page's first event would have fitted");
                    }
                },
                iter: 50
            );

    [Fact]
    public void An_event_larger_than_a_page_has_a_page_of_its_own() =>
        EventPages
            .Split("app", [Event(1, 10), Event(2, 2 * EventPages.MaxLength), Event(3, 10)])
            .Select(p => p.Events.Count)
            .Should()
            .Equal(1, 1, 1);

    private static int Length(LoggedEvent entry) => entry.Data.GetRawText().Length;

    private static LoggedEvent Event(long position, int length) =>
        new(
            position,
            Guid.Empty,
            "test",
            "s",
            1,
            DateTimeOffset.UnixEpoch,
            null,
            JsonElement.Parse($"\"{new string('x', length)}\"")
        );
}
