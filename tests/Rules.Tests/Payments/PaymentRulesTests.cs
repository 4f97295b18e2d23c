using CsCheck;
using DaprShop.Contracts;
using DaprShop.Payments.Charging;
using DaprShop.Payments.Model;
using DaprShop.Payments.Refunds;

namespace DaprShop.Rules.Tests.Payments;

public sealed class PaymentRulesTests
{
    private static readonly string[] AllTokens =
    [
        "tok_ok",
        "tok_declined",
        "tok_timeout",
        "tok_flaky",
        "tok_late",
        "tok_unknown",
    ];

    [Fact]
    public void Repeated_and_late_requests_move_the_money_at_most_once_each_way_and_a_refund_is_final() =>
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
                                order.RecordCapture();
                                break;
                            default:
                                order.RefundPart(Order.Amount / 3);
                                break;
                        }

                        order
                            .Ledger.Where(b => b.Kind != LedgerKinds.PartRefund)
                            .Select(b => b.Kind)
                            .Should()
                            .OnlyHaveUniqueItems("the ledger has one charge and one refund at most");
                        order.Net.Should().BeInRange(0, Order.Amount);
                        if (order.Payment.State == ChargeState.Captured)
                            order.Net.Should().Be(Order.Amount - order.Payment.RefundedInParts);
                        if (order.Payment.State is ChargeState.Declined or ChargeState.Refunded)
                            order.Net.Should().Be(0);
                        if (before.State == ChargeState.Refunded || before.State == ChargeState.Declined && step != 2)
                            order.Payment.State.Should().Be(before.State, "the state is final");
                        if (step == 1)
                            order.Payment.State.Should().BeOneOf(ChargeState.Declined, ChargeState.Refunded);
                    }

                    order.Events.Count.Should().Be(order.Payment.Version, "each version is one event");
                    order.Events.Where(f => f.Kind is PaymentKinds.Captured).Should().HaveCountLessThanOrEqualTo(1);
                },
                iter: Samples.Of(20_000)
            );

    [Fact]
    public void G26_Money_captured_after_the_order_has_ended_is_refunded_at_once_and_the_order_stays_ended()
    {
        var order = new Order("tok_late");
        order.Charge().Should().Be(ChargeState.Pending);
        order.Refund();
        order.RecordCapture().Should().Be(ChargeState.Refunded);
        order.RecordCapture();
        order.Ledger.Select(b => b.Kind).Should().Equal(LedgerKinds.Charge, LedgerKinds.Refund);
        order.Events.Select(f => f.Kind).Should().Equal(PaymentKinds.Refused, PaymentKinds.Refunded);
        order.Charge().Should().Be(ChargeState.Refunded);
    }

    [Fact]
    public void A_capture_that_the_provider_reports_is_accepted_while_the_payment_is_pending()
    {
        var order = new Order("tok_late");
        order.RecordCapture().Should().Be(ChargeState.Pending, "no charge was requested");
        order.Charge();
        order.RecordCapture().Should().Be(ChargeState.Captured);
        order.Net.Should().Be(Order.Amount);
    }

    [Fact]
    public void Part_refunds_never_exceed_the_captured_amount_and_a_full_refund_returns_the_rest()
    {
        var order = new Order("tok_ok");
        order.RefundPart(1).Should().BeFalse("nothing is captured");
        order.Charge();
        order.RefundPart(Order.Amount - 2).Should().BeTrue();
        order.RefundPart(3).Should().BeFalse();
        order.Refund();
        order.Net.Should().Be(0);
        order.Ledger[^1].Should().Be(new LedgerPosting(LedgerKinds.Refund, 2));
        order.Events[^1].Amount.Should().Be(2);
    }

    [Fact]
    public void A_part_refund_may_return_the_whole_captured_amount()
    {
        var order = new Order("tok_ok");
        order.Charge();

        order.RefundPart(Order.Amount).Should().BeTrue();

        order.Net.Should().Be(0);
    }

    [Fact]
    public void A_repeated_charge_of_a_decided_payment_changes_nothing_and_records_no_event() =>
        Gen.Select(Gen.OneOf(AllTokens), Gen.Int[3, 6])
            .Sample(
                (token, attempts) =>
                {
                    var order = new Order(token);
                    for (var i = 0; i < attempts; i++)
                        order.Charge();
                    var (payment, events) = (order.Payment, order.Events.Count);

                    order.Charge();

                    (order.Payment with { ChargeAttempts = payment.ChargeAttempts }).Should().Be(payment);
                    order.Events.Should().HaveCount(events);
                    payment
                        .State.Should()
                        .Be(
                            token switch
                            {
                                "tok_declined" or "tok_unknown" => ChargeState.Declined,
                                "tok_late" => ChargeState.Pending,
                                _ => ChargeState.Captured,
                            }
                        );
                }
            );

    [Fact]
    public void A_charge_that_timed_out_may_have_captured_the_money_and_a_refund_returns_it()
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
    public void A_late_charge_of_a_refunded_order_is_recorded_as_refused_once()
    {
        var order = new Order("tok_ok");

        order.Refund();
        order.Events.Should().BeEmpty("nothing moved");
        order.Charge();
        order.Charge();

        var refused = order.Events.Should().ContainSingle().Subject;
        refused.Kind.Should().Be(PaymentKinds.Refused);
        refused.Reason.Should().Be("The order was refunded before it was charged.");
        order.Ledger.Should().BeEmpty();
    }

    [Fact]
    public void A_refund_before_the_provider_has_answered_says_so()
    {
        var order = new Order("tok_late");
        order.Charge();

        order.Refund();

        order
            .Events.Should()
            .ContainSingle()
            .Which.Reason.Should()
            .Be("The order ended before the provider captured the money.");
    }

    [Theory]
    [InlineData("tok_timeout", "The provider did not answer in time.")]
    [InlineData("tok_flaky", "The provider is unavailable.")]
    [InlineData("tok_late", "The provider will report later whether it captured the money.")]
    [InlineData("tok_declined", "The provider declined the payment.")]
    [InlineData("tok_unknown", "The provider does not know this payment token.")]
    [InlineData("", "The provider does not know this payment token.")]
    public void A_payment_that_is_not_captured_says_why(string token, string reason)
    {
        var order = new Order(token);

        order.Charge();

        order.Payment.Reason.Should().Be(reason);
    }

    [Fact]
    public void A_flaky_provider_captures_on_the_third_attempt()
    {
        var order = new Order("tok_flaky");
        var states = Enumerable.Range(0, 3).Select(_ => order.Charge()).ToList();

        states.Should().Equal(ChargeState.Pending, ChargeState.Pending, ChargeState.Captured);
    }

    /// <summary>
    /// One order with its rows of the provider's ledger; decisions are applied as the store applies them.
    /// </summary>
    private sealed class Order(string token)
    {
        public const decimal Amount = 12.345m;

        public Payment Payment { get; private set; } = Payment.New(Guid.CreateVersion7(), Amount, token);

        public List<LedgerPosting> Ledger { get; } = [];

        public List<PaymentRecorded> Events { get; } = [];

        public decimal Net => Ledger.Sum(b => b.Kind == LedgerKinds.Charge ? b.Amount : -b.Amount);

        public ChargeState Charge() => Apply(ChargeRules.Charge(Payment, IsCharged));

        public ChargeState Refund() => Apply(RefundRules.Refund(Payment, IsCharged));

        public ChargeState RecordCapture() => Apply(ChargeRules.RecordCapture(Payment, IsCharged));

        public bool RefundPart(decimal amount)
        {
            if (RefundRules.RefundPart(Payment, amount, "return") is not { } decision)
                return false;
            Apply(decision);
            return true;
        }

        private bool IsCharged => Ledger.Exists(b => b.Kind == LedgerKinds.Charge);

        private ChargeState Apply(PaymentDecision decision)
        {
            Payment = decision.Payment;
            Ledger.AddRange(decision.Postings);
            if (decision.Event is not null)
                Events.Add(decision.Event);
            return Payment.State;
        }
    }
}
