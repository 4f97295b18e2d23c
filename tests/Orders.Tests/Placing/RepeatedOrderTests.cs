using System.Net;
using System.Text;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>A key names one order of its caller, on whichever way the order is sent.</summary>
public sealed class RepeatedOrderTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task The_same_order_by_POST_in_a_list_and_in_a_file_is_one_order()
    {
        var key = Guid.CreateVersion7().ToString();
        var first = await PostAsync("orders", key, Order("4.5"));
        var again = await PostAsync("orders", key, Order("4.50"));
        var listed = await PostAsync(
            "ops/orders",
            null,
            $$"""{"orders":[{"key":"{{key}}","order":{{Order("4.500")}} }]}"""
        );
        var job = (await PostAsync("bulk-orders", Guid.CreateVersion7().ToString(), null)).GetProperty("id").GetGuid();
        await PostAsync(
            $"bulk-orders/{job}/rows",
            null,
            JsonSerializer.Serialize(
                new BulkRows([
                    new BulkRow(
                        1,
                        Order("4.5").Replace("{\"lines\"", $"{{\"key\":\"{key}\",\"lines\"", StringComparison.Ordinal)
                    ),
                ]),
                JsonSerializerOptions.Web
            )
        );
        await PostAsync($"bulk-orders/{job}/end?rows=1", null, null);

        var id = first.GetProperty("id").GetGuid();
        again.GetProperty("id").GetGuid().Should().Be(id);
        listed[0].ToString().Should().Be($$"""{"key":"{{key}}","id":"{{id}}","errors":null}""");
        await Wait.UntilAsync(
            async () =>
                await Sql.ScalarAsync<string>(
                    fixture.Database.Names.App,
                    $"select state from bulk_jobs where id = '{job}'"
                ) == "done",
            "the job is done"
        );
        (
            await Sql.ScalarAsync<string>(
                fixture.Database.Names.App,
                $"select concat(state, ' ', replayed, ' ', order_id) from bulk_rows where job_id = '{job}'"
            )
        )
            .Should()
            .Be($"accepted t {id}");
    }

    [Fact]
    public async Task An_order_that_states_a_default_repeats_the_one_that_leaves_it_out()
    {
        var key = Guid.CreateVersion7().ToString();
        var without = Order("4.5");
        var with = without.Replace(
            "{\"lines\"",
            "{\"onShortage\":\"reject\",\"customer\":\"olga\",\"hold\":null,\"lines\"",
            StringComparison.Ordinal
        );
        var first = await PostAsync("orders", key, without);
        var again = await PostAsync("orders", key, with);
        again.GetProperty("id").GetGuid().Should().Be(first.GetProperty("id").GetGuid());
    }

    private static string Order(string price) =>
        $$$"""{"lines":[{"sku":"cup","quantity":1,"unitPrice":{{{price}}}}],"payment":{"token":"tok_ok"}}""";

    private async Task<JsonElement> PostAsync(string path, string? key, string? body)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await _olga.SendAsync(request, TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        response
            .StatusCode.Should()
            .BeOneOf([HttpStatusCode.OK, HttpStatusCode.Accepted, HttpStatusCode.NoContent], text);
        return text.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(text);
    }
}
