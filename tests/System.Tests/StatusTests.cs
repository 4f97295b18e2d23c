using System.Diagnostics;
using System.Globalization;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>The command says what it finds, whatever state the shop is in.</summary>
[Collection("one shop at a time")]
public sealed class StatusTests
{
    [Theory]
    [InlineData("status")]
    [InlineData("status", "--json")]
    [InlineData("up", "--detach")]
    [InlineData("down")]
    [InlineData("logs")]
    [InlineData("audit")]
    [InlineData("token")]
    [InlineData("import", "sample")]
    [InlineData("bench", "latency")]
    [InlineData("history", "rebuild")]
    public async Task A_command_in_the_shop_of_another_user_says_whose_it_is(params string[] command)
    {
        await using var shop = new LiveShop();
        Directory.CreateDirectory(shop.PathOf(".shop/logs"));
        foreach (var file in new[] { "state.json", "secrets.json", "owner.json", "starting" })
            await File.WriteAllTextAsync(shop.PathOf($".shop/{file}"), "{}", TestContext.Current.CancellationToken);

        var (exitCode, output, errors) = await shop.TryAsAnotherUserAsync(command);

        (exitCode, output).Should().Be((2, ""));
        errors
            .Trim()
            .Should()
            .MatchRegex(
                "^This shop belongs to the user '.+': .+ is not accessible to '.+'. Run the command as that user"
            )
            .And.NotContain("\n");
    }

    [Fact]
    public async Task A_shop_whose_server_is_frozen_or_whose_supervisor_was_killed_is_not_ready_and_says_so()
    {
        await using var shop = await LiveShop.UpAsync("embedded");
        var postgres = await shop.PidAsync("postgres");
        await SignalAsync("STOP", postgres);
        var (exitCode, output, _) = await shop.TryAsync("status");
        await SignalAsync("CONT", postgres);
        exitCode.Should().Be(1);
        output.Should().Contain("Not ready").And.Contain("postgres: ");
        await shop.AuditAsync();

        LiveShop.Kill(shop.State()!.Value.GetProperty("supervisor").GetProperty("pid").GetInt32());
        await Wait.UntilAsync(
            async () =>
                (await shop.TryAsync("status")).Output.Contains("supervisor was killed", StringComparison.Ordinal),
            "the status says that the supervisor was killed"
        );
        var (code, text, _) = await shop.TryAsync("status");
        code.Should().Be(1);
        text.Should().Contain("processes of the shop run without it").And.NotContain("The shop is down");
        using (var answer = await shop.Gateway.GetAsync("health/ready"))
            answer.IsSuccessStatusCode.Should().BeTrue("the gateway still answers");
    }

    private static async Task SignalAsync(string signal, int pid)
    {
        using var kill = Process.Start("kill", [$"-{signal}", pid.ToString(CultureInfo.InvariantCulture)]);
        await kill.WaitForExitAsync(TestContext.Current.CancellationToken);
    }
}
