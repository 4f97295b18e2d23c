using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.TestKit;

namespace DaprShop.SystemTests;

/// <summary>Observes an import that runs.</summary>
internal static class Import
{
    /// <summary>Waits until <paramref name="orders"/> more orders are confirmed than at the time of the call.</summary>
    /// <returns>False if the import has ended before.</returns>
    public static async Task<bool> IsUnderWayAsync(Task import, HttpClient olga, int orders)
    {
        int? first = null;
        await Wait.UntilAsync(
            async () =>
            {
                if (import.IsCompleted)
                    return true;
                if (await ConfirmedAsync(olga) is not { } confirmed)
                    return false;
                first ??= confirmed;
                return confirmed >= first + orders;
            },
            $"the import confirms {orders} orders"
        );
        return !import.IsCompleted;
    }

    /// <summary>The import ended well, with every figure as in the file.</summary>
    public static void IsComplete((int ExitCode, string Output, string Errors) import, int orders, string because)
    {
        import.ExitCode.Should().Be(0, $"{because}; the import says:\n{import.Output}\n{import.Errors}");
        using var result = JsonDocument.Parse(import.Output);
        result.RootElement.GetProperty("confirmed").GetInt32().Should().Be(orders, because);
        result.RootElement.GetProperty("rejected").GetInt32().Should().Be(0, because);
        result.RootElement.GetProperty("reconciled").GetBoolean().Should().BeTrue(because);
    }

    /// <summary>Null while the shop does not answer.</summary>
    private static async Task<int?> ConfirmedAsync(HttpClient olga) =>
        await ShopFixture.GetOrNullAsync(olga, "ops/orders/summary") is not { } summary ? null
        : summary.GetProperty("byStatus").TryGetProperty("confirmed", out var confirmed) ? confirmed.GetInt32()
        : 0;
}
