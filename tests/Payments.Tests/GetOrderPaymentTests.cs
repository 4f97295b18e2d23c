using System.Net.Http.Json;
using DaprShop.Contracts;

namespace DaprShop.Payments.Tests;

/// <summary>The payment state that Payments returns to History for its explanations.</summary>
public sealed class GetOrderPaymentTests(PaymentsFixture fixture) : IClassFixture<PaymentsFixture>
{
    private readonly HttpClient _sidecar = fixture.Service.CreateClient();

    [Fact]
    public async Task N8_The_unanswered_charge_requests_are_counted_and_an_order_that_was_never_charged_has_none()
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
                    ChargeAttempts = 1,
                    Reason = "The provider will report later whether it captured the money.",
                }
            );
        (await PaymentAsync(Guid.CreateVersion7()))
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = (string?)null,
                    ChargeAttempts = 0,
                    Reason = (string?)null,
                }
            );
    }

    private async Task<OrderPayment> PaymentAsync(Guid order) =>
        (await _sidecar.GetFromJsonAsync<OrderPayment>($"internal/orders/{order}/payment"))!;
}
