using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>Shipments and returns. There are enough cups.</summary>
public abstract class FulfilmentScene(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    protected OrdersFixture Fixture => fixture;

    protected HttpClient Alice { get; } = fixture.Service.As(Identity.Customer, "alice");

    protected HttpClient Olga { get; } = fixture.Service.As(Identity.Operator, "olga");

    protected Task<Guid> ConfirmedAsync(int quantity) => ConfirmedAsync((quantity, 2.5m));

    /// <summary>An order of alice with a line of cups for each of these quantities and prices.</summary>
    protected async Task<Guid> ConfirmedAsync(params (int Quantity, decimal Price)[] lines)
    {
        fixture.Fakes.Receive(lines.Sum(l => l.Quantity));
        using var placed = await SendAsync(
            Olga,
            "orders",
            null,
            new
            {
                customer = "alice",
                lines = lines.Select(l => new
                {
                    sku = "cup",
                    quantity = l.Quantity,
                    unitPrice = l.Price,
                }),
                payment = new { token = "tok_ok" },
            }
        );
        var id = (await placed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        await Wait.UntilAsync(
            async () =>
            {
                foreach (var batch in await fixture.Database.ClaimAsync())
                    await SagaRun.RunAsync(fixture.Database, fixture.Fakes, batch);
                return await fixture.Database.StatusAsync(id) == "confirmed";
            },
            "the order is confirmed"
        );
        return id;
    }

    protected Task<HttpResponseMessage> ShipAsync(Guid id, int? quantity, string? key = null) =>
        SendAsync(
            Olga,
            "shipments",
            key,
            quantity is null ? new { orderId = id } : new { orderId = id, lines = new[] { Line(quantity.Value, null) } }
        );

    protected Task<HttpResponseMessage> ReturnAsync(Guid id, int quantity, string? key = null) =>
        SendAsync(
            Alice,
            $"orders/{id}/returns",
            key,
            new { lines = new[] { Line(quantity, null) }, reason = "broken" }
        );

    /// <summary>The id of a return that was requested.</summary>
    protected async Task<Guid> RequestedAsync(Guid id, int quantity) =>
        (await (await ReturnAsync(id, quantity)).Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();

    protected async Task<Guid> ShippedAsync(Guid id, int? quantity)
    {
        using var answer = await ShipAsync(id, quantity);
        answer.StatusCode.Should().Be(HttpStatusCode.Accepted);
        var shipment = (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
        // The worker may have claimed the shipment before the request did: the request then does not wait for its end.
        await Wait.UntilAsync(
            async () =>
                await fixture.Database.NumberAsync(
                    $"select count(*) from shipments where id = '{shipment}' and state = '{ShipmentStates.Preparing}'"
                ) == 0,
            "the shipment is dispatched"
        );
        return shipment;
    }

    protected async Task<string?> DeliverAsync(Guid shipment) =>
        (await (await Olga.PostAsync($"shipments/{shipment}/delivery", null)).Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("orderStatus")
            .GetString();

    protected async Task<string?> VersionsAsync(Guid id) =>
        await Sql.ScalarAsync<string>(
            fixture.Database.Names.App,
            $"select string_agg(version::text, ',' order by position) from events where subject = '{id}'"
        );

    protected Task<JsonElement> GetAsync(string path) => Olga.GetFromJsonAsync<JsonElement>(path);

    protected static object Line(int quantity, string? disposition) =>
        disposition is null
            ? new { sku = "cup", quantity }
            : new
            {
                sku = "cup",
                quantity,
                disposition,
            };

    protected static Task<HttpResponseMessage> SendAsync(HttpClient client, string path, string? key, object body) =>
        client.SendAsync(
            new HttpRequestMessage(HttpMethod.Post, path)
            {
                Content = JsonContent.Create(body),
                Headers = { { "Idempotency-Key", key ?? New() } },
            }
        );

    protected static Task<JsonElement> IsRefusedAsync(HttpResponseMessage answer, string kind) =>
        IsProblemAsync(answer, 409, kind);

    protected static async Task<JsonElement> IsProblemAsync(HttpResponseMessage answer, int status, string kind)
    {
        var problem = await answer.Content.ReadFromJsonAsync<JsonElement>();
        ((int)answer.StatusCode, problem.GetProperty("type").GetString())
            .Should()
            .Be((status, $"urn:daprshop:problem:{kind}"));
        return problem;
    }

    protected static string New() => Guid.CreateVersion7().ToString();
}
