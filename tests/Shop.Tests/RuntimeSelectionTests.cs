using DaprShop.Shop.Startup;
using DaprShop.Shop.Topology;

namespace DaprShop.Shop.Tests;

public sealed class RuntimeSelectionTests
{
    private static readonly DaprFile File = DaprFile.Load(ShopFolder.Find());

    [Fact]
    public async Task Dapr_is_selected_where_its_runtime_and_the_broker_are_available()
    {
        var selection = await SelectAsync(new(Dapr: "/dapr/bin"));

        (selection.Runtime, selection.Broker, selection.Store).Should().Be(("dapr", "redis", "redis"));
        selection.Reason.Should().Contain("/dapr/bin").And.Contain("redis is available");
    }

    [Theory]
    [InlineData(null, null, "not installed")]
    [InlineData("/dapr/bin", "redis", "redis is unavailable")]
    public async Task The_embedded_runtime_is_selected_where_Dapr_or_its_broker_is_unavailable(
        string? dapr,
        string? unavailable,
        string reason
    )
    {
        var selection = await SelectAsync(new(dapr, HasEmbedded: true, unavailable));

        (selection.Runtime, selection.Broker, selection.Store).Should().Be(("embedded", "postgres", "postgres"));
        selection.Reason.Should().Contain(reason);
    }

    [Fact]
    public async Task Broker_and_store_of_the_command_line_are_used_and_both_must_be_available()
    {
        var selection = await SelectAsync(new(Dapr: "/dapr/bin"), broker: "kafka", store: "postgres");

        (selection.Runtime, selection.Broker, selection.Store).Should().Be(("dapr", "kafka", "postgres"));
        await Refused(new(Dapr: "/dapr/bin", Unavailable: "redis"), "auto", "kafka", "redis", "redis is unavailable");
    }

    [Fact]
    public async Task A_requested_broker_is_never_replaced_by_another_runtime()
    {
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true, Unavailable: "kafka"),
            "auto",
            "kafka",
            null,
            "kafka is unavailable"
        );
        await Refused(new(HasEmbedded: true), "auto", "kafka", null, "The Dapr runtime is not installed*");
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true),
            "embedded",
            "kafka",
            null,
            "*Leave out --broker and --store*"
        );
    }

    [Fact]
    public async Task An_unavailable_request_is_refused_with_what_to_do()
    {
        await Refused(new(HasEmbedded: true), "dapr", null, null, "*dapr init --slim*embedded*");
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true, Unavailable: "kafka"),
            "dapr",
            "kafka",
            null,
            "kafka is unavailable"
        );
        await Refused(new(), "auto", null, null, "*dapr init --slim*");
        await Refused(new(Dapr: "/dapr/bin"), "embedded", null, null, "*embedded runtime is not built*");
    }

    [Fact]
    public async Task The_embedded_runtime_can_be_requested() =>
        (await SelectAsync(new(Dapr: "/dapr/bin", HasEmbedded: true), "embedded")).Runtime.Should().Be("embedded");

    private static Task<RuntimeSelection> SelectAsync(
        FakeAvailability availability,
        string runtime = "auto",
        string? broker = null,
        string? store = null
    ) => RuntimeSelection.SelectAsync(new LaunchOptions(runtime, broker, store, WithApps: true), File, availability);

    private static async Task Refused(
        FakeAvailability availability,
        string runtime,
        string? broker,
        string? store,
        string message
    )
    {
        var act = () => SelectAsync(availability, runtime, broker, store);
        (await act.Should().ThrowAsync<ShopException>().WithMessage(message))
            .Which.ExitCode.Should()
            .Be(2, "something is unavailable and nothing was started");
    }

    private sealed record FakeAvailability(string? Dapr = null, bool HasEmbedded = false, string? Unavailable = null)
        : IRuntimeAvailability
    {
        public string? DaprFolder => Dapr;

        public Task<string?> UnavailableReasonAsync(string product) =>
            Task.FromResult(product == Unavailable ? $"{product} is unavailable" : null);
    }
}
