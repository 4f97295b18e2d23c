using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using DaprShop.Contracts;

namespace DaprShop.Payments.Tests;

/// <summary>Orders, which hears of lapsed payments and knows its orders.</summary>
internal sealed class OrdersStandIn : HttpMessageHandler, IHttpClientFactory
{
    private int _failures;

    /// <summary>Orders whose lapse it has heard of.</summary>
    public ConcurrentBag<Guid> Told { get; } = [];

    /// <summary>The order that it has accepted.</summary>
    public Guid Known { get; set; }

    /// <summary>Requests that it does not answer.</summary>
    public int Failures
    {
        set => _failures = value;
    }

    public HttpClient CreateClient(string name) =>
        new(this, disposeHandler: false) { BaseAddress = new Uri($"http://{name}/") };

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.AbsolutePath;
        if (path == "/sagas/resume")
            return new HttpResponseMessage(HttpStatusCode.NoContent);
        if (Interlocked.Decrement(ref _failures) >= 0)
            return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
        if (path != "/payments/lapsed")
            return path == $"/internal/orders/{Known}/state"
                ? new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(new { }) }
                : new HttpResponseMessage(HttpStatusCode.NotFound);
        Told.Add((await request.Content!.ReadFromJsonAsync<LapsedPayment>(cancellationToken))!.OrderId);
        return new HttpResponseMessage(HttpStatusCode.NoContent);
    }
}
