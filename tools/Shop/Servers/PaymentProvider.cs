using System.Security.Cryptography;
using DaprShop.Shop.Networking;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Secrets;

namespace DaprShop.Shop.Servers;

/// <summary>
/// The simulated payment provider, a process that the shop uses like a server. A real provider is used instead where
/// <c>Provider__Url</c>, <c>Provider__ApiKey</c> and <c>Provider__WebhookSecret</c> name one.
/// </summary>
internal static class PaymentProvider
{
    public const string Name = "payment-provider";
    public const int Port = 5110;
    private const string UrlVariable = "Provider__Url";
    private const string KeyVariable = "Provider__ApiKey";
    private const string ApiKeySecret = "payment-provider-key";
    private const string WebhookSecret = "payment-webhook-secret";

    /// <summary>The address of the provider, and the key for its API.</summary>
    public static (Uri Url, string ApiKey) Access(ShopFolder shop) =>
        (
            ConfiguredUrl ?? new Uri($"http://127.0.0.1:{Port}"),
            Environment.GetEnvironmentVariable(KeyVariable)
                ?? PrivateFile.Read(shop.Secrets).GetValueOrDefault(ApiKeySecret, "")
        );

    /// <summary>The ports that it needs.</summary>
    public static IReadOnlyList<(int Port, string Purpose)> Ports =>
        ConfiguredUrl is null ? [(Port, "the simulated payment provider")] : [];

    /// <summary>The address of a real provider, which is used instead of the simulated one; null without one.</summary>
    public static Uri? ConfiguredUrl =>
        Environment.GetEnvironmentVariable(UrlVariable) is { Length: > 0 } given ? new Uri(given) : null;

    /// <summary>The process of the simulated provider.</summary>
    /// <param name="gateway">The gateway's address, where webhooks go.</param>
    public static ProcessSpec Spec(ShopFolder shop, string gateway)
    {
        var secrets = PrivateFile.Read(shop.Secrets);
        var data = Path.Combine(shop.Data, Name);
        return new ProcessSpec(Name, "dotnet", Program(shop))
        {
            WorkingDirectory = shop.Root,
            LogFile = shop.LogOf(Name),
            Folders = [data],
            Environment = new Dictionary<string, string>
            {
                ["ASPNETCORE_URLS"] = $"http://127.0.0.1:{Port}",
                ["DOTNET_GCgen0size"] = "0x4000000",
                ["DOTNET_ThreadPool_UnfairSemaphoreSpinLimit"] = "0",
                ["ApiKey"] = secrets[ApiKeySecret],
                ["Ledger"] = Path.Combine(data, "ledger.db"),
                ["WebhookUrl"] = $"{gateway}/webhooks/payments",
                ["WebhookSecret"] = secrets[WebhookSecret],
            },
        };
    }

    /// <summary>Null when the simulated provider answers, else the problem.</summary>
    public static async Task<string?> ProblemAsync(CancellationToken cancel)
    {
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        return await HttpProbe.ProblemAsync(http, new Uri($"http://127.0.0.1:{Port}/health"), anyStatus: false, cancel);
    }

    /// <summary>Adds the secrets that the shop shares with its provider, where there are none yet.</summary>
    public static void AddSecrets(Dictionary<string, string> secrets)
    {
        secrets.TryAdd(ApiKeySecret, "sk_" + RandomNumberGenerator.GetHexString(32, lowercase: true));
        secrets.TryAdd(WebhookSecret, "whsec_" + Convert.ToBase64String(RandomNumberGenerator.GetBytes(32)));
    }

    private static string Program(ShopFolder shop) =>
        Path.Combine(shop.Root, "artifacts", "bin", "PaymentProvider", "release", "DaprShop.PaymentProvider.dll");
}
