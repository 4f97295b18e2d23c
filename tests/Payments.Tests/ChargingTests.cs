using CsCheck;
using DaprShop.Contracts;
using DaprShop.Payments.Domain;

namespace DaprShop.Payments.Tests;

public sealed class ChargingTests
{
    private static readonly string[] AllTokens =
    [
        "tok_ok",
        "tok_declined",
        "tok_timeout",
        "tok_flaky",
        "tok_late",
        "tok_unheard_of",
    ];

    [Fact]
    public void Whatever_is_repeated_or_late_money_moves_once_each_way_and_a_refund_is_final() =>
        Gen.Select(Gen.OneOf(AllTokens), Gen.Int[0, 3].Array[0, 14])
            .Sample(
                (token, steps) =>
                {
                    var order = new Order(token);
                    foreach (var step in steps)
                    {
                        var before = order.Payment;
                        switch (step)
                        {
                            case 0:
                                order.Charge();
                                break;
                            case 1:
                                order.Refund();
                                break;
                            case 2:
                                order.Notice();
                                break;
                            default:
                                order.RefundPart(Order.Amount / 3);
                                break;
                        }

                        order
                            .Ledger.Where(b => b.Kind != LedgerKind.PartRefund)
                            .Select(b => b.Kind)
                            .Should()
                            .OnlyHaveUniqueItems("the provider books a charge and a refund once");
                        order.Net.Should().BeInRange(0, Order.Amount);
                        if (order.Payment.State == ChargeState.Captured)
                            order.Net.Should().Be(Order.Amount - order.Payment.Returned);
                        if (order.Payment.State is ChargeState.Declined or ChargeState.Refunded)
                            order.Net.Should().Be(0);
                        if (before.State == ChargeState.Refunded || before.State == ChargeState.Declined && step != 2)
                            order.Payment.State.Should().Be(before.State, "they are final");
                        if (step == 1)
                            order.Payment.State.Should().BeOneOf(ChargeState.Declined, ChargeState.Refunded);
                    }

                    order.Facts.Count.Should().Be(order.Payment.Version, "each version is one fact");
                    order.Facts.Where(f => f.Kind is BookingKind.Captured).Should().HaveCountLessThanOrEqualTo(1);
                },
                iter: 20_000
            );

    [Fact]
    public void G26_Money_that_arrives_when_the_order_is_over_goes_back_at_once_and_brings_nothing_to_life()
    {
        var order = new Order("tok_late");
        order.Charge().Should().Be(ChargeState.Pending);
        order.Refund();
        order.Notice().Should().Be(ChargeState.Refunded);
        order.Notice();
        order.Ledger.Select(b => b.Kind).Should().Equal(LedgerKind.Charge, LedgerKind.Refund);
        order.Facts.Select(f => f.Kind).Should().Equal(BookingKind.Refused, BookingKind.Refunded);
        order.Charge().Should().Be(ChargeState.Refunded);
    }

    [Fact]
    public void Money_that_the_provider_tells_of_by_itself_is_taken_while_it_is_wanted()
    {
        var order = new Order("tok_late");
        order.Notice().Should().Be(ChargeState.Pending, "nobody has asked for it");
        order.Charge();
        order.Notice().Should().Be(ChargeState.Captured);
        order.Net.Should().Be(Order.Amount);
    }

    [Fact]
    public void No_more_goes_back_in_parts_than_was_captured_and_a_refund_gives_the_rest()
    {
        var order = new Order("tok_ok");
        order.RefundPart(1).Should().BeFalse("nothing is captured");
        order.Charge();
        order.RefundPart(Order.Amount - 2).Should().BeTrue();
        order.RefundPart(3).Should().BeFalse();
        order.Refund();
        order.Net.Should().Be(0);
        order.Ledger[^1].Should().Be(new Booking(LedgerKind.Refund, 2));
    }

    [Fact]
    public void Asked_again_a_decided_charge_answers_the_same_and_tells_nothing() =>
        Gen.Select(Gen.OneOf(AllTokens), Gen.Int[3, 6])
            .Sample(
                (token, asks) =>
                {
                    var order = new Order(token);
                    for (var i = 0; i < asks; i++)
                        order.Charge();
                    var (payment, facts) = (order.Payment, order.Facts.Count);

                    order.Charge();

                    (order.Payment with { Asks = payment.Asks }).Should().Be(payment);
                    order.Facts.Should().HaveCount(facts);
                    payment
                        .State.Should()
                        .Be(
                            token switch
                            {
                                "tok_declined" or "tok_unheard_of" => ChargeState.Declined,
                                "tok_late" => ChargeState.Pending,
                                _ => ChargeState.Captured,
                            }
                        );
                }
            );

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

        public List<Booking> Ledger { get; } = [];

        public List<PaymentRecorded> Facts { get; } = [];

        public decimal Net => Ledger.Sum(b => b.Kind == LedgerKind.Charge ? b.Amount : -b.Amount);

        public ChargeState Charge() => Apply(Charging.Charge(Payment, IsCharged));

        public ChargeState Refund() => Apply(Charging.Refund(Payment, IsCharged));

        public ChargeState Notice() => Apply(Charging.Notice(Payment, IsCharged));

        public bool RefundPart(decimal amount)
        {
            if (Charging.RefundPart(Payment, amount, "return") is not { } decision)
                return false;
            Apply(decision);
            return true;
        }

        private bool IsCharged => Ledger.Exists(b => b.Kind == LedgerKind.Charge);

        private ChargeState Apply(Decision decision)
        {
            Payment = decision.Payment;
            Ledger.AddRange(decision.Books);
            if (decision.Fact is not null)
                Facts.Add(decision.Fact);
            return Payment.State;
        }
    }
}
