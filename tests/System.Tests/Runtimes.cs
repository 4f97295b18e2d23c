namespace DaprShop.SystemTests;

/// <summary>The runtimes that tests run on.</summary>
public static class Runtimes
{
    private static readonly string[] All = ["embedded", "dapr"];

    /// <summary>
    /// The one in <c>SHOP_TEST_RUNTIME</c>, which `./shop test` sets to divide the tests; both if it is not set.
    /// </summary>
    public static TheoryData<string> Selected => [.. All.Where(name => One is null || One == name)];

    /// <summary>
    /// For tests that do not depend on the runtime: the selected one, else the best that this machine has.
    /// </summary>
    public static string Any => One ?? "auto";

    private static string? One =>
        Environment.GetEnvironmentVariable("SHOP_TEST_RUNTIME") is { Length: > 0 } one ? one : null;
}
