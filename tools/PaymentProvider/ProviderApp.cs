using System.Text.Json;
using Microsoft.AspNetCore.Http.Json;

namespace DaprShop.PaymentProvider;

/// <summary>
/// A simulated payment provider for development and tests: a process with a ledger of its own, whose HTTP API has the
/// shape of a real provider's (payment intents that are created, captured, cancelled and refunded, each request under an
/// <c>Idempotency-Key</c>). It moves no money.
/// </summary>
public static class ProviderApp
{
    /// <summary>
    /// The provider as an app that listens where <c>ASPNETCORE_URLS</c> says; its settings are in
    /// <see cref="ProviderSettings"/>.
    /// </summary>
    public static WebApplication Create(string[] args)
    {
        // Not the working directory: configuration watches its content root, and there PostgreSQL's files change all
        // the time.
        var builder = WebApplication.CreateSlimBuilder(
            new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
        );
        builder.Logging.AddFilter("Microsoft.AspNetCore", LogLevel.Warning);
        builder.Logging.AddFilter("System.Net.Http", LogLevel.Warning);
        var settings = builder.Configuration.Get<ProviderSettings>() ?? new ProviderSettings();
        builder
            .Services.AddSingleton(settings)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<FaultPlan>()
            .AddSingleton<ProviderLedger>()
            .AddHostedService(provider => provider.GetRequiredService<ProviderLedger>().Transactions)
            .AddSingleton<IntentStore>()
            .AddHttpClient()
            .AddHostedService<WebhookSender>()
            .Configure<JsonOptions>(json =>
                json.SerializerOptions.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower
            );

        var app = builder.Build();
        app.MapGet("/health", () => Results.Ok(new { status = "ok" }));
        var api = app.MapGroup("/v1").AddEndpointFilter<ApiKeyFilter>().AddEndpointFilter<FaultFilter>();
        IntentEndpoints.Map(api);
        RefundEndpoints.Map(api);
        LedgerEndpoints.Map(api);
        SimulatorEndpoints.Map(app.MapGroup("/simulator").AddEndpointFilter<ApiKeyFilter>());
        return app;
    }
}

/// <summary>Settings, from environment variables or the command line.</summary>
public sealed class ProviderSettings
{
    /// <summary>The key that callers send as a bearer token.</summary>
    public string ApiKey { get; init; } = "sk_test";

    /// <summary>The file of the ledger; <c>:memory:</c> for one that ends with the process.</summary>
    public string Ledger { get; init; } = ":memory:";

    /// <summary>The address that receives webhooks; none are sent where it is empty.</summary>
    public string WebhookUrl { get; set; } = "";

    /// <summary>The secret that webhooks are signed with: <c>whsec_</c> and base64.</summary>
    public string WebhookSecret { get; init; } = "whsec_c2ltdWxhdGVk";

    /// <summary>Seconds after which an authorisation lapses.</summary>
    public double AuthorisationSeconds { get; init; } = 7 * 24 * 3600;

    /// <summary>Milliseconds that the answer to <c>tok_timeout</c> takes.</summary>
    public int TimeoutTokenMilliseconds { get; init; } = 3_000;
}
