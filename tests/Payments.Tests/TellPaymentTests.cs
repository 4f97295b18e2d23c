using System.Net.Http.Json;
using DaprShop.Contracts;

namespace DaprShop.Payments.Tests;

/// <summary>What Payments tells of an order's money to whoever explains it.</summary>
public sealed class TellPaymentTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Fact]
    public async Task N8_How_often_the_provider_was_asked_in_vain_is_told_and_nothing_of_an_order_that_was_never_charged()
    {
        var order = Guid.CreateVersion7();
        for (var i = 0; i < 2; i++)
            (
                await _sidecar.PostAsJsonAsync(
                    "charges",
                    new
                    {
                        orders = new[]
                        {
                            new
                            {
                                orderId = order,
                                amount = 1,
                                token = "tok_late",
                            },
                        },
                    },
                    TestContext.Current.CancellationToken
                )
            ).EnsureSuccessStatusCode();

        (await PaymentAsync(order))
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = "pending",
                    Asks = 2,
                    Reason = "The provider will say by itself when it has the money.",
                }
            );
        (await PaymentAsync(Guid.CreateVersion7()))
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = (string?)null,
                    Asks = 0,
                    Reason = (string?)null,
                }
            );
    }

    private async Task<OrderPayment> PaymentAsync(Guid order) =>
        (await _sidecar.GetFromJsonAsync<OrderPayment>($"internal/orders/{order}/payment"))!;
}
