using DaprShop.Shop.Runtimes;
using DaprShop.TestKit.Servers;

namespace DaprShop.Conformance.Runtime;

/// <summary>The programs that a column needs on this machine.</summary>
internal static class Requirements
{
    /// <summary>
    /// Skips the test when a program is missing; in CI, fails it. Kafka may be missing, since no distribution has it.
    /// </summary>
    public static async Task RequireAsync(Column column)
    {
        if (column.IsEmbedded)
            return;
        var missing = DaprBinaries.Find() is null ? "Dapr: not in ~/.dapr/bin" : null;
        foreach (var product in new[] { column.Broker, column.Store }.Where(p => p is not (null or "postgres")))
            missing ??= await TestServer.UnavailableReasonAsync(product!);
        if (missing is null)
            return;
        if (Environment.GetEnvironmentVariable("CI") == "true" && column.Broker != "kafka")
            Assert.Fail(missing);
        Assert.Skip(missing);
    }
}
