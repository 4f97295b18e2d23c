using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Messaging;

namespace DaprShop.Orders.Model;

/// <summary>Invokes other services through the sidecar. A failure is an exception: the workflow tries again.</summary>
internal sealed class Downstream(IHttpClientFactory clients)
{
    private const int MostSaid = 500;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };

    /// <exception cref="HttpRequestException">The service is away, or refuses.</exception>
    public async Task<TAnswer> AskAsync<TQuestion, TAnswer>(
        string app,
        string path,
        TQuestion question,
        CancellationToken cancellationToken = default
    )
    {
        using var response = await SendAsync(app, path, question, cancellationToken);
        return await response.Content.ReadFromJsonAsync<TAnswer>(Json, cancellationToken)
            ?? throw new HttpRequestException($"{app}/{path} answered nothing.");
    }

    /// <exception cref="HttpRequestException">The service is away, or refuses.</exception>
    public async Task TellAsync<TMessage>(
        string app,
        string path,
        TMessage message,
        CancellationToken cancellationToken = default
    )
    {
        using var response = await SendAsync(app, path, message, cancellationToken);
    }

    private async Task<HttpResponseMessage> SendAsync<TMessage>(
        string app,
        string path,
        TMessage message,
        CancellationToken cancellationToken
    )
    {
        await Steps.ReachAsync($"asks-{path}");
        var response = await clients.CreateClient(app).PostAsJsonAsync(path, message, Json, cancellationToken);
        await Steps.ReachAsync($"heard-{path}");
        if (response.IsSuccessStatusCode)
            return response;
        using (response)
        {
            // What it says is all that whoever reads the log has to go by.
            var said = await response.Content.ReadAsStringAsync(cancellationToken);
            throw new HttpRequestException(
                $"{app}/{path} answers {(int)response.StatusCode}: {said[..Math.Min(said.Length, MostSaid)]}",
                null,
                response.StatusCode
            );
        }
    }
}
