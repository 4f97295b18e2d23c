using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.Streams;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>A gateway, and behind it an order that can be watched.</summary>
public abstract class WatchingTests : IAsyncLifetime
{
    private protected const string Token = "the-gateways-token";

    private protected FakeOrders Orders { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected FakeSidecar Sidecar { get; private set; } = null!;

    private protected ServiceHost<Program> Gateway { get; private set; } = null!;

    private protected HttpClient Ann { get; private set; } = null!;

    private protected LiveOrders Live => Gateway.Services.GetRequiredService<LiveOrders>();

    public async ValueTask InitializeAsync()
    {
        Sidecar = await FakeSidecar.StartAsync();
        Sidecar.Answer = Orders.AnswerAsync;
        Gateway = Replica();
        Ann = Gateway.As(Identity.Customer, "ann");
    }

    public async ValueTask DisposeAsync()
    {
        await Gateway.DisposeAsync();
        await Sidecar.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected ServiceHost<Program> Replica() =>
        new(
            null,
            services => services.AddSingleton<TimeProvider>(Time),
            ("DAPR_HTTP_ENDPOINT", Sidecar.Address),
            ("DAPR_API_TOKEN", "the-sidecars-token"),
            ("APP_API_TOKEN", Token)
        );

    private protected void Hear(params OrderTransition[] transitions) => Live.Handle(FakeOrders.Page(transitions));

    private protected static async Task<HttpStatusCode> DeliverAsync(
        ServiceHost<Program> gateway,
        EventPage page,
        string? token
    )
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/broadcasts/orders-live")
        {
            Content = JsonContent.Create(
                new
                {
                    id = "1",
                    topic = "orders-live",
                    entries = new[]
                    {
                        new
                        {
                            entryId = "1",
                            contentType = "application/cloudevents+json",
                            metadata = new { },
                            @event = new { data = page },
                        },
                    },
                }
            ),
        };
        if (token is not null)
            request.Headers.TryAddWithoutValidation(SidecarDoor.Header, token);
        return (await gateway.CreateClient().SendAsync(request)).StatusCode;
    }

    private protected async Task<HttpResponseMessage> GetAsync(string? last = null, HttpClient? client = null)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, $"/orders/{Orders.Id}/events");
        if (last is not null)
            request.Headers.TryAddWithoutValidation("Last-Event-ID", last);
        return await (client ?? Ann).SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
    }

    private protected async Task<OpenStream> OpenAsync(string? last = null, HttpClient? client = null) =>
        OpenStream.Of(await GetAsync(last, client));

    private protected static async Task<JsonElement> IsProblemAsync(
        HttpResponseMessage response,
        int status,
        string kind
    )
    {
        ((int)response.StatusCode, response.Content.Headers.ContentType!.MediaType)
            .Should()
            .Be((status, "application/problem+json"));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        problem.GetProperty("type").GetString().Should().EndWith($":{kind}");
        return problem;
    }
}
