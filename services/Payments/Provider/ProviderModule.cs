using System.Net.Http.Headers;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using StandardWebhooks;

namespace DaprShop.Payments.Provider;

/// <summary>Asks the payment provider, and hears from it.</summary>
internal static class ProviderModule
{
    public static IServiceCollection AddProvider(this IServiceCollection services)
    {
        services
            .AddShopOptions<ProviderOptions>(ProviderOptions.Section)
            .AddSingleton<IPaymentProvider, HttpPaymentProvider>()
            .AddSingleton<ProviderCalls>()
            .AddSingleton<ProviderCallSignal>()
            .AddSingleton<AuthorisationSignal>()
            .AddHostedService<ProviderCallWorker>()
            .AddInvocationClient(Apps.Orders)
            .AddSingleton(provider => new StandardWebhook(
                provider.GetRequiredService<ProviderOptions>().WebhookSecret
            ));
        services
            .AddHttpClient(HttpPaymentProvider.Client, (provider, client) =>
            {
                var options = provider.GetRequiredService<ProviderOptions>();
                client.BaseAddress = options.Url;
                client.Timeout = options.Timeout;
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", options.ApiKey);
            })
            .RemoveAllLoggers();
        return services;
    }

    public static void MapProvider(this IEndpointRouteBuilder routes) =>
        routes
            .MapPost("/webhooks/payments", ReceiveWebhook.HandleAsync)
            .AllowAnonymous()
            .WithName("ReceivePaymentWebhook")
            .WithTags("Payments")
            .WithSummary("The payment provider reports about a payment");
}
