using CsCheck;
using DaprShop.Contracts;
using DaprShop.Payments.Domain;

namespace DaprShop.Payments.Tests;

public sealed class ChargingTests
{
    private static readonly string[] AllTokens = ["tok_ok", "tok_declined", "tok_timeout", "tok_flaky", "tok_unheard_of"];

    [Fact]
    public void Whatever_is_repeated_or_late_money_moves_once_each_way_and_a_refund_is_final() =>
        Gen.Select(Gen.OneOfConst(AllTokens), Gen.Bool.Array[0, 12]).Sample((token, charges) =>
        {
            var order = new Order(token);
            foreach (var charge in charges)
            {
                var before = order.Payment;
                if (charge) order.Charge();
                else order.Refund();

                order.Ledger.Should().OnlyHaveUniqueItems("the provider books a charge and a refund once");
                order.Net.Should().BeOneOf(0, Order.Amount);
                if (order.Payment.State == ChargeState.Captured) order.Net.Should().Be(Order.Amount);
                if (order.Payment.State is ChargeState.Declined or ChargeState.Refunded) order.Net.Should().Be(0);
                if (before.State is ChargeState.Declined or ChargeState.Refunded) order.Payment.State.Should().Be(before.State, "they are final");
                if (!charge) order.Payment.State.Should().BeOneOf(ChargeState.Declined, ChargeState.Refunded);
            }

            order.Facts.Count.Should().Be(order.Payment.Version, "each version is one fact");
            order.Facts.Where(f => f.Kind is BookingKind.Captured).Should().HaveCountLessThanOrEqualTo(1);
        }, iter: 20_000);

    [Fact]
    public void Asked_again_a_decided_charge_answers_the_same_and_tells_nothing() =>
        Gen.Select(Gen.OneOfConst(AllTokens), Gen.Int[3, 6]).Sample((token, asks) =>
        {
            var order = new Order(token);
            for (var i = 0; i < asks; i++) order.Charge();
            var (payment, facts) = (order.Payment, order.Facts.Count);

            order.Charge();

            order.Payment.Should().Be(payment);
            order.Facts.Should().HaveCount(facts);
            payment.State.Should().Be(token is "tok_declined" or "tok_unheard_of" ? ChargeState.Declined : ChargeState.Captured);
        });

    [Fact]
    public void A_timeout_has_charged_though_it_does_not_say_so_and_a_refund_returns_that_money()
    {
        var order = new Order("tok_timeout");

        order.Charge();
        order.Payment.State.Should().Be(ChargeState.Pending);
        order.Net.Should().Be(Order.Amount);

        order.Refund();
        order.Net.Should().Be(0);
        order.Charge();
        (order.Payment.State, order.Net).Should().Be((ChargeState.Refunded, 0));
    }

    [Fact]
    public void A_late_charge_of_a_refunded_order_is_refused_once_in_so_many_words()
    {
        var order = new Order("tok_ok");

        order.Refund();
        order.Facts.Should().BeEmpty("nothing moved");
        order.Charge();
        order.Charge();

        order.Facts.Should().ContainSingle().Which.Kind.Should().Be(BookingKind.Refused);
        order.Ledger.Should().BeEmpty();
    }

    [Fact]
    public void A_flaky_provider_captures_at_the_third_ask()
    {
        var order = new Order("tok_flaky");
        var states = Enumerable.Range(0, 3).Select(_ => order.Charge()).ToList();

        states.Should().Equal(ChargeState.Pending, ChargeState.Pending, ChargeState.Captured);
    }

    /// <summary>One order and the provider's ledger of it, applied as the store does.</summary>
    private sealed class Order(string token)
    {
        public const decimal Amount = 12.345m;

        public Payment Payment { get; private set; } = Payment.Unknown(Guid.CreateVersion7(), Amount, token);

        public List<string> Ledger { get; } = [];

        public List<PaymentBooked> Facts { get; } = [];

        public decimal Net => Ledger.Sum(kind => kind == LedgerKind.Charge ? Amount : -Amount);

        public ChargeState Charge() => Apply(Charging.Charge);

        public ChargeState Refund() => Apply(Charging.Refund);

        private ChargeState Apply(Func<Payment, bool, Decision> decide)
        {
            var decision = decide(Payment, Ledger.Contains(LedgerKind.Charge));
            Payment = decision.Payment;
            if (decision.Books is not null) Ledger.Add(decision.Books);
            if (decision.Fact is not null) Facts.Add(decision.Fact);
            return Payment.State;
        }
    }
}
