using DaprShop.TestKit;

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
    /// For measurements: the selected one, else one a day in turn, and both where campaigns run at full size.
    /// </summary>
    public static TheoryData<string> Today =>
        One is null ? [.. Slice.Current.Of("measured runtime", All, 1)] : Selected;

    /// <summary>
    /// For tests that do not depend on the runtime: the selected one, else the best that this machine has.
    /// </summary>
    public static string Any => One ?? "auto";

    private static string? One =>
        Environment.GetEnvironmentVariable("SHOP_TEST_RUNTIME") is { Length: > 0 } one ? one : null;
}
