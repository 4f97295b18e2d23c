using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests;

public sealed class ChoiceTests
{
    private static readonly DaprFile File = DaprFile.Load(Path.Combine(ShopFolder.Find().Root, "dapr.yaml"));

    [Fact]
    public async Task Dapr_is_chosen_where_its_runtime_and_a_broker_can_be_had()
    {
        var choice = await ChooseAsync(new(Dapr: "/dapr/bin"));

        (choice.Runtime, choice.Broker, choice.Store).Should().Be(("dapr", "redis", "redis"));
        choice.Reason.Should().Contain("/dapr/bin").And.Contain("redis can be had");
    }

    [Theory]
    [InlineData(null, null, "not installed")]
    [InlineData("/dapr/bin", "redis", "redis cannot be had")]
    public async Task The_embedded_runtime_is_chosen_where_dapr_or_its_broker_cannot_be_had(
        string? dapr,
        string? missing,
        string reason
    )
    {
        var choice = await ChooseAsync(new(dapr, HasEmbedded: true, missing));

        (choice.Runtime, choice.Broker, choice.Store).Should().Be(("embedded", "postgres", "postgres"));
        choice.Reason.Should().Contain(reason);
    }

    [Fact]
    public async Task Broker_and_store_are_those_of_the_command_line_and_each_is_asked_for()
    {
        var choice = await ChooseAsync(new(Dapr: "/dapr/bin"), broker: "kafka", store: "postgres");

        (choice.Runtime, choice.Broker, choice.Store).Should().Be(("dapr", "kafka", "postgres"));
        await Refused(new(Dapr: "/dapr/bin", Missing: "redis"), "auto", "kafka", "redis", "redis cannot be had");
    }

    [Fact]
    public async Task Who_asks_for_a_broker_does_not_get_something_else()
    {
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true, Missing: "kafka"),
            "auto",
            "kafka",
            null,
            "kafka cannot be had"
        );
        await Refused(new(HasEmbedded: true), "auto", "kafka", null, "The Dapr runtime is not installed*");
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true),
            "embedded",
            "kafka",
            null,
            "*takes neither --broker nor --store*"
        );
    }

    [Fact]
    public async Task What_is_not_there_is_refused_with_what_to_do()
    {
        await Refused(new(HasEmbedded: true), "dapr", null, null, "*dapr init --slim*embedded*");
        await Refused(
            new(Dapr: "/dapr/bin", HasEmbedded: true, Missing: "kafka"),
            "dapr",
            "kafka",
            null,
            "kafka cannot be had"
        );
        await Refused(new(), "auto", null, null, "*dapr init --slim*");
        await Refused(new(Dapr: "/dapr/bin"), "embedded", null, null, "*not built in this checkout*");
    }

    [Fact]
    public async Task The_embedded_runtime_can_be_asked_for() =>
        (await ChooseAsync(new(Dapr: "/dapr/bin", HasEmbedded: true), "embedded")).Runtime.Should().Be("embedded");

    private static Task<Choice> ChooseAsync(
        FakeMachine machine,
        string runtime = "auto",
        string? broker = null,
        string? store = null
    ) => Choice.MakeAsync(new Order(runtime, broker, store, WithApps: true), File, machine);

    private static async Task Refused(
        FakeMachine machine,
        string runtime,
        string? broker,
        string? store,
        string message
    )
    {
        var act = () => ChooseAsync(machine, runtime, broker, store);
        (await act.Should().ThrowAsync<ShopException>().WithMessage(message))
            .Which.ExitCode.Should()
            .Be(2, "the machine lacks something, and nothing was tried");
    }

    private sealed record FakeMachine(string? Dapr = null, bool HasEmbedded = false, string? Missing = null) : IMachine
    {
        public string? DaprFolder => Dapr;

        public Task<string?> MissingAsync(string product) =>
            Task.FromResult(product == Missing ? $"{product} cannot be had" : null);
    }
}
