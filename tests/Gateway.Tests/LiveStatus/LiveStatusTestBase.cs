using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Gateway.LiveStatus;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.Gateway.Tests;

/// <summary>A gateway in front of one order whose status can be streamed.</summary>
public abstract class LiveStatusTestBase : IAsyncLifetime
{
    private protected const string Token = "the-gateways-token";

    private protected FakeOrders Orders { get; } = new();

    private protected FakeTimeProvider Time { get; } = new();

    private protected FakeSidecar Sidecar { get; private set; } = null!;

    private protected ServiceHost<Program> Gateway { get; private set; } = null!;

    private protected HttpClient Ann { get; private set; } = null!;

    private protected OrderStatusHub Hub => Gateway.Services.GetRequiredService<OrderStatusHub>();

    public async ValueTask InitializeAsync()
    {
        Sidecar = await FakeSidecar.StartAsync();
        Sidecar.Respond = Orders.RespondAsync;
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

    private protected void Broadcast(params OrderTransition[] transitions) => Hub.Handle(FakeOrders.Page(transitions));

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
            request.Headers.TryAddWithoutValidation(SidecarTokenPolicy.Header, token);
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
