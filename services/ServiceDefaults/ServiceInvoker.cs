using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using Dapr.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Http.Resilience;
using Polly;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Invokes other services through the sidecar. It does not retry: the caller (a workflow activity, a worker, a client)
/// does, and docs/retries.md says which.
/// </summary>
public sealed class ServiceInvoker(IHttpClientFactory clients, IFailpoints failpoints)
{
    private const int MaxQuotedCharacters = 500;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <summary>
    /// Posts <paramref name="request"/> to <paramref name="path"/> of <paramref name="app"/> and returns its response.
    /// </summary>
    /// <exception cref="HttpRequestException">
    /// The service cannot be reached, or answered with an error status.
    /// </exception>
    public async Task<TResponse> PostAsync<TRequest, TResponse>(
        string app,
        string path,
        TRequest request,
        CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(app, path, request, cancellationToken);
        return await ReadAsync<TResponse>(app, path, response, cancellationToken);
    }

    /// <summary>
    /// Posts <paramref name="request"/> to <paramref name="path"/> of <paramref name="app"/>; the response has no
    /// content of interest.
    /// </summary>
    /// <exception cref="HttpRequestException">
    /// The service cannot be reached, or answered with an error status.
    /// </exception>
    public async Task PostAsync<TRequest>(
        string app,
        string path,
        TRequest request,
        CancellationToken cancellationToken
    )
    {
        using var response = await SendAsync(app, path, request, cancellationToken);
    }

    /// <summary>Gets <paramref name="path"/> of <paramref name="app"/>.</summary>
    /// <exception cref="HttpRequestException">
    /// The service cannot be reached, or answered with an error status.
    /// </exception>
    public async Task<TResponse> GetAsync<TResponse>(string app, string path, CancellationToken cancellationToken)
    {
        using var response = await clients.CreateClient(app).GetAsync(path, cancellationToken);
        await EnsureSuccessAsync(app, path, response, cancellationToken);
        return await ReadAsync<TResponse>(app, path, response, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync<TRequest>(
        string app,
        string path,
        TRequest request,
        CancellationToken cancellationToken
    )
    {
        await failpoints.ReachAsync($"invoking-{path}");
        var response = await clients.CreateClient(app).PostAsJsonAsync(path, request, Json, cancellationToken);
        await failpoints.ReachAsync($"invoked-{path}");
        try
        {
            await EnsureSuccessAsync(app, path, response, cancellationToken);
            return response;
        }
        catch
        {
            response.Dispose();
            throw;
        }
    }

    private static async Task EnsureSuccessAsync(
        string app,
        string path,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    )
    {
        if (response.IsSuccessStatusCode)
            return;
        // The body is the only explanation that a reader of the log gets.
        var body = await response.Content.ReadAsStringAsync(cancellationToken);
        throw new HttpRequestException(
            $"{app}/{path} returned {(int)response.StatusCode}: {body[..Math.Min(body.Length, MaxQuotedCharacters)]}",
            null,
            response.StatusCode
        );
    }

    private static async Task<TResponse> ReadAsync<TResponse>(
        string app,
        string path,
        HttpResponseMessage response,
        CancellationToken cancellationToken
    ) =>
        await response.Content.ReadFromJsonAsync<TResponse>(Json, cancellationToken)
        ?? throw new HttpRequestException($"{app}/{path} returned null.");
}

/// <summary>Registers service invocation.</summary>
public static class ServiceInvocation
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(20);

    // The timeout of the pipeline ends with the headers; the client's own also bounds the body.
    private static readonly TimeSpan BodyAllowance = TimeSpan.FromSeconds(5);

    /// <summary>
    /// An <see cref="HttpClient"/> whose relative addresses are invoked on <paramref name="app"/> through the sidecar.
    /// </summary>
    /// <param name="name">The client's name; <paramref name="app"/> when null.</param>
    /// <param name="timeout">
    /// How long an invocation may take; 20 seconds when null. Of several registrations of a client, the first counts. Then a
    /// <see cref="Polly.Timeout.TimeoutRejectedException"/> is thrown.
    /// </param>
    public static IServiceCollection AddInvocationClient(
        this IServiceCollection services,
        string app,
        string? name = null,
        TimeSpan? timeout = null
    )
    {
        // Two modules of a service may invoke the same app. A handler that was added twice would invoke the sidecar itself.
        var registered = new Registered(name ?? app);
        if (services.Any(s => registered.Equals(s.ImplementationInstance)))
            return services;
        services.AddSingleton(registered);
        services.TryAddSingleton<ServiceInvoker>();
        var client = services
            .AddHttpClient(registered.Name, client =>
            {
                client.BaseAddress = new Uri($"http://{app}/");
                client.Timeout = (timeout ?? DefaultTimeout) + BodyAllowance;
            })
            .RemoveAllLoggers();
        client.AddResilienceHandler("timeout", pipeline => pipeline.AddTimeout(timeout ?? DefaultTimeout));
        client
            .AddHttpMessageHandler(() => new SpuriousSuccessHandler())
            .AddHttpMessageHandler(() => new InvocationHandler());
        return services;
    }

    private sealed record Registered(string Name);
}
