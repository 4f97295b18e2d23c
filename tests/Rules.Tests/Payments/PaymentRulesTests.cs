using CsCheck;
using DaprShop.Contracts;
using DaprShop.Payments.Charging;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.Payments.Refunds;

namespace DaprShop.Rules.Tests.Payments;

public sealed class PaymentRulesTests
{
    private const string TooLate = "The provider captured the money after the order had ended.";

    [Fact]
    public void Whatever_is_asked_lost_answered_or_repeated_the_money_moves_at_most_once_each_way_and_adds_up() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 8].Array[0, 24])
            .Sample(
                (declines, steps) =>
                {
                    var order = new Order { Declines = declines };
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
                                order.RefundPart(Order.Amount / 3);
                                break;
                            case 3:
                                order.AnswerAll();
                                break;
                            case 4:
                                order.Lose();
                                break;
                            case 5:
                                order.Answer(new(AnswerKind.Unknown, Reason: "lost"));
                                break;
                            case 6:
                                order.Answer(new(AnswerKind.Throttled, RetryAfter: TimeSpan.FromSeconds(1)));
                                break;
                            case 7:
                                order.Answer(new(AnswerKind.Processing, Reason: "later"));
                                break;
                            default:
                                order.Void();
                                break;
                        }

                        order.Net.Should().BeInRange(0, Order.Pounds);
                        if (before.State is PaymentState.Refunding or PaymentState.Refunded)
                            order.Payment.State.Should().BeOneOf(PaymentState.Refunding, PaymentState.Refunded);
                        if (before.State == PaymentState.Refunded)
                            order.Payment.State.Should().Be(PaymentState.Refunded, "the state is final");
                    }

                    order.AnswerAll();
                    switch (order.Payment.State)
                    {
                        case PaymentState.Captured:
                            order.Net.Should().Be(Order.Pounds - order.Payment.RefundedInParts);
                            break;
                        case PaymentState.Declined or PaymentState.Refunded:
                            order.Net.Should().Be(0);
                            break;
                        default:
                            order.Payment.Should().BeEquivalentTo(new { State = PaymentState.Pending, Attempt = 0 });
                            break;
                    }

                    order.Calls.Should().NotContain(c => c.State == CallState.Open || c.State == CallState.Processing);
                    order.Events.Count.Should().Be(order.Payment.Version, "each version is one event");
                    order.Events.Count(e => e.Kind == PaymentKinds.Captured).Should().BeLessThanOrEqualTo(1);
                    order.Events.Count(e => e.Kind == PaymentKinds.Refunded).Should().BeLessThanOrEqualTo(1);
                },
                iter: Samples.Of(20_000)
            );

    [Fact]
    public void G26_Money_captured_after_the_order_has_ended_is_refunded_and_the_order_stays_ended()
    {
        var order = new Order();
        order.Charge();
        order.Answer(new(AnswerKind.Processing, Reason: "later"));
        order.Refund();
        order.Calls.Single().IsCancelled.Should().BeTrue();
        order.Payment.State.Should().Be(PaymentState.Refunding);

        order.AnswerAll();

        order.Ledger.Select(l => l.Operation).Should().Equal(CallOperation.Charge, CallOperation.Refund);
        order
            .Events.Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(new { Kind = "refunded", Reason = TooLate });
        order.Charge().Should().Be(PaymentState.Refunded);
        order.Calls.Should().HaveCount(2);
    }

    [Fact]
    public void A_pending_payment_is_asked_for_once()
    {
        var order = new Order();

        order.Charge();
        order.Charge().Should().Be(PaymentState.Pending);

        order
            .Calls.Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(
                new
                {
                    Key = $"charge-{order.Payment.OrderId}-1",
                    Reference = $"{order.Payment.OrderId}",
                    Amount = Order.Pounds,
                    Token = "tok",
                    State = CallState.Open,
                    Attempts = 1,
                    AskedAt = Order.Now,
                    DueAt = Order.Now + ProviderCall.Lease,
                }
            );
    }

    [Fact]
    public void A_captured_payment_keeps_the_providers_id_and_says_nothing_else()
    {
        var order = new Order();
        order.Charge();
        order.Answer(new(AnswerKind.Unknown, Reason: "The provider is unavailable."));
        order.Payment.Reason.Should().Be("The provider is unavailable.");

        order.AnswerAll();

        order
            .Payment.Should()
            .BeEquivalentTo(
                new
                {
                    State = PaymentState.Captured,
                    ProviderId = "pi",
                    Reason = (string?)null,
                    Version = 1,
                }
            );
        order.Events.Single().Should().BeEquivalentTo(new { Kind = "captured", Amount = Order.Pounds });
    }

    [Fact]
    public void A_declined_payment_says_why_and_moves_nothing()
    {
        var order = new Order { Declines = true };
        order.Charge();
        order.AnswerAll();

        (order.Payment.State, order.Payment.Reason).Should().Be((PaymentState.Declined, "No money."));
        order
            .Events.Single()
            .Should()
            .BeEquivalentTo(
                new
                {
                    Kind = "declined",
                    Reason = "No money.",
                    Amount = Order.Pounds,
                }
            );
        order.Ledger.Should().BeEmpty();
        order.Charge().Should().Be(PaymentState.Declined, "only another card is another attempt");
    }

    [Fact]
    public void The_end_of_an_order_ends_a_declined_payment_too()
    {
        var order = new Order { Declines = true };
        order.Charge();
        order.AnswerAll();

        order.Refund();

        order.Payment.State.Should().Be(PaymentState.Refunded);
        order
            .Events[^1]
            .Should()
            .BeEquivalentTo(new { Kind = "refused", Reason = "The order ended after the card was declined." });
    }

    [Fact]
    public void A_charge_that_is_cancelled_in_time_is_recorded_as_refused()
    {
        var order = new Order();
        order.Charge();
        order.Refund();

        order.Void();

        order.Payment.State.Should().Be(PaymentState.Refunded);
        order
            .Events.Single()
            .Should()
            .BeEquivalentTo(
                new { Kind = "refused", Reason = "The order ended before the provider captured the money." }
            );
        order.Calls.Single().Should().BeEquivalentTo(new { State = CallState.Failed, AnsweredAt = Order.Now });
    }

    [Fact]
    public void Part_refunds_never_exceed_the_captured_amount_and_a_full_refund_returns_the_rest()
    {
        var order = new Order();
        order.RefundPart(1).Should().BeFalse("nothing is captured");
        order.Charge();
        order.AnswerAll();
        order.RefundPart(Order.Pounds - 2).Should().BeTrue();
        order.RefundPart(3).Should().BeFalse();
        order.Refund();
        order.AnswerAll();
        order.Net.Should().Be(0);
        order.Ledger[^1].Should().Be((CallOperation.Refund, 2m));
        order
            .Events[^1]
            .Should()
            .BeEquivalentTo(
                new
                {
                    Kind = "refunded",
                    Amount = 2m,
                    Reason = (string?)null,
                }
            );
        order.Events[^2].Kind.Should().Be("partly_refunded");
    }

    [Fact]
    public void O13_Fractions_of_a_penny_add_up_over_the_refunds_of_an_order()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();
        order.Payment.Amount.Should().Be(12.35m, "12.345 is rounded once, when it is charged");

        order.RefundPart(0.004m).Should().BeTrue();
        order.Payment.RefundedInParts.Should().Be(0m);
        order.RefundPart(0.004m).Should().BeTrue();
        order.Payment.RefundedInParts.Should().Be(0.01m, "0.008 are a penny");
        order.RefundPart(12.337m).Should().BeTrue();
        order.AnswerAll();

        order.Payment.RefundedInParts.Should().Be(12.35m, "all returns together return what was captured");
        order.Net.Should().Be(0);
        order.Events.Select(e => e.Amount).Should().BeEquivalentTo([12.35m, 0m, 0.01m, 12.34m]);
        order.Refund();
        (order.Payment.State, order.Events[^1].Amount).Should().Be((PaymentState.Refunded, 0m));
    }

    [Fact]
    public void A_free_order_is_paid_without_the_provider()
    {
        var order = new Order(0.004m);

        order.Charge().Should().Be(PaymentState.Captured);

        order.Calls.Should().BeEmpty();
        order.Events.Single().Should().BeEquivalentTo(new { Kind = "captured", Amount = 0m });
    }

    [Fact]
    public void A_late_charge_of_a_refunded_order_is_recorded_as_refused_once()
    {
        var order = new Order();

        order.Refund();
        order.Events.Should().BeEmpty("nothing moved");
        order.Charge();
        order.Charge();

        order
            .Events.Should()
            .ContainSingle()
            .Which.Should()
            .BeEquivalentTo(new { Kind = "refused", Reason = "The order was refunded before it was charged." });
        order.Calls.Should().BeEmpty();
    }

    [Fact]
    public void However_many_cards_an_order_names_one_captures_at_most_and_an_end_stays_an_end() =>
        Gen.Select(Gen.Int[1, 4].Array[0, 4], Gen.Int[0, 9].Array[0, 40])
            .Sample(
                (declined, steps) =>
                {
                    var order = new Order();
                    order.Declined.UnionWith(declined);
                    var named = 1;
                    foreach (var step in steps)
                    {
                        var before = order.Payment;
                        switch (step)
                        {
                            case 0 or 1:
                                order.Charge(named);
                                break;
                            case 2:
                                // Orders names a card only where the one before was declined; here at any time.
                                order.Charge(named = Math.Min(named + 1, 4));
                                break;
                            case 3:
                                order.Charge(Math.Max(named - 1, 1));
                                order.Payment.Attempt.Should().BeGreaterThanOrEqualTo(before.Attempt);
                                break;
                            case 4 or 5:
                                order.AnswerAll();
                                break;
                            case 6:
                                order.Lose();
                                break;
                            case 7:
                                order.Answer(new(AnswerKind.Processing, Reason: "later"));
                                break;
                            case 8:
                                order.RefundPart(Order.Amount / 4);
                                break;
                            default:
                                if (named > 2)
                                    order.Refund();
                                order.Void();
                                break;
                        }

                        order.Ledger.Count(l => l.Operation == CallOperation.Charge).Should().BeLessThanOrEqualTo(1);
                        order.Net.Should().BeInRange(0, Order.Pounds);
                        order
                            .Calls.Count(c =>
                                c is { Operation: CallOperation.Charge, State: CallState.Open or CallState.Processing }
                            )
                            .Should()
                            .BeLessThanOrEqualTo(1, "the next card is asked when the one before is declined for good");
                        if (before.State is PaymentState.Refunding or PaymentState.Refunded)
                            order.Payment.State.Should().BeOneOf(PaymentState.Refunding, PaymentState.Refunded);
                        if (before.State == PaymentState.Refunded)
                            order.Payment.State.Should().Be(PaymentState.Refunded, "the end is final");
                    }

                    order.Calls.Select(c => c.Key).Should().OnlyHaveUniqueItems();
                    order.AnswerAll();
                    if (order.Payment is { EndedAt: null, Attempt: > 0 and var attempt })
                        order
                            .Payment.State.Should()
                            .Be(order.Declined.Contains(attempt) ? PaymentState.Declined : PaymentState.Captured);
                },
                iter: Samples.Of(3_000)
            );

    [Fact]
    public void Another_card_is_asked_under_a_key_of_its_own_once_the_first_is_declined_and_never_before()
    {
        var order = new Order { Declined = { 1 } };
        order.Charge();

        order.Charge(2).Should().Be(PaymentState.Pending, "the first card may still be charged");
        order.Calls.Should().ContainSingle();
        order.AnswerAll();
        order.Charge(1).Should().Be(PaymentState.Declined, "a repeated request of the first attempt asks nobody");
        order.Charge(2).Should().Be(PaymentState.Pending);
        order.Charge(2);
        order.Charge(1).Should().Be(PaymentState.Pending, "a late request of the first attempt asks nobody either");
        order.AnswerAll();

        order.Charge(2).Should().Be(PaymentState.Captured);
        order
            .Calls.Select(c => c.Key)
            .Should()
            .Equal($"charge-{order.Payment.OrderId}-1", $"charge-{order.Payment.OrderId}-2");
        order.Events.Select(e => e.Kind).Should().Equal("declined", "captured");
        order.Payment.Should().BeEquivalentTo(new { Attempt = 2, Reason = (string?)null });
    }

    [Fact]
    public void A_first_card_that_is_charged_after_all_pays_the_order_and_the_second_is_not_asked()
    {
        var order = new Order();
        order.Charge();
        order.Answer(new(AnswerKind.Unknown, Reason: "The provider did not answer in time."));
        order.Charge(2).Should().Be(PaymentState.Pending);

        order.AnswerAll();

        order.Charge(2).Should().Be(PaymentState.Captured);
        order.Ledger.Should().Equal((CallOperation.Charge, Order.Pounds));
    }

    [Fact]
    public void Another_card_of_an_order_that_has_ended_is_refused()
    {
        var declined = new Order { Declined = { 1 } };
        declined.Charge();
        declined.AnswerAll();
        declined.Refund();
        var unknown = new Order();
        unknown.Refund();

        declined.Charge(2).Should().Be(PaymentState.Refunded);
        unknown.Charge(2).Should().Be(PaymentState.Refunded);

        (declined.Ledger.Count, unknown.Calls.Count).Should().Be((0, 0));
        declined.Calls.Should().ContainSingle("only the first card was asked");
    }

    [Theory]
    [InlineData(AnswerKind.Unknown, CallState.Open)]
    [InlineData(AnswerKind.NotFound, CallState.Open)]
    [InlineData(AnswerKind.Throttled, CallState.Open)]
    [InlineData(AnswerKind.Processing, CallState.Processing)]
    [InlineData(AnswerKind.Declined, CallState.Open)]
    [InlineData(AnswerKind.Cancelled, CallState.Open)]
    [InlineData(AnswerKind.Done, CallState.Succeeded)]
    public void Money_out_is_asked_for_until_it_has_gone_out(object answer, object state)
    {
        var call = ProviderCall.Credit("credit-1", "C1", 3, Order.Now);

        var answered = AnswerRules.Apply(call, null, new ProviderAnswer((AnswerKind)answer), Order.Now);

        answered.Decision.Should().BeNull("a credit belongs to no payment");
        answered.Call.State.Should().Be((CallState)state);
        if (answered.Call.State != CallState.Succeeded)
            answered.Call.DueAt.Should().Be(Order.Now + TimeSpan.FromMilliseconds(500));
    }

    [Fact]
    public void A_provider_that_asks_the_shop_to_wait_is_asked_again_when_it_says()
    {
        var call = ProviderCall.Credit("credit-1", "C1", 3, Order.Now) with { Attempts = 5 };

        AnswerRules
            .Apply(call, null, new(AnswerKind.Throttled, RetryAfter: TimeSpan.FromSeconds(7)), Order.Now)
            .Call.DueAt.Should()
            .Be(Order.Now + TimeSpan.FromSeconds(7));
    }

    [Theory]
    [InlineData(1, 500)]
    [InlineData(2, 1_000)]
    [InlineData(7, 32_000)]
    [InlineData(8, 60_000)]
    [InlineData(1_000_000, 60_000)]
    public void The_pause_between_look_ups_doubles_up_to_a_minute(int attempts, int milliseconds) =>
        AnswerRules.Pause(attempts).Should().Be(TimeSpan.FromMilliseconds(milliseconds));

    [Theory]
    [InlineData("0.005", "0.01", 1)]
    [InlineData("0.0049", "0.00", 0)]
    [InlineData("2.665", "2.67", 267)]
    [InlineData("19.99", "19.99", 1999)]
    public void Money_is_rounded_to_the_penny_halves_away_from_zero(string exact, string rounded, long pence)
    {
        var amount = decimal.Parse(exact, System.Globalization.CultureInfo.InvariantCulture);

        var money = MinorUnits.Round(amount);

        money.Should().Be(decimal.Parse(rounded, System.Globalization.CultureInfo.InvariantCulture));
        MinorUnits.Count(money).Should().Be(pence);
    }

    /// <summary>One order with a model of its provider; decisions are applied as the store applies them.</summary>
    private sealed class Order(decimal amount = Order.Amount)
    {
        public const decimal Amount = 12.345m;
        public const decimal Pounds = 12.35m;
        public static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

        // What the provider has carried out, by key: its answer is the same for ever.
        private readonly HashSet<string> _carriedOut = [];

        public bool Declines { get; init; }

        /// <summary>The attempts whose card the provider declines, beside <see cref="Declines"/>: all.</summary>
        public HashSet<int> Declined { get; } = [];

        public Payment Payment { get; private set; } = Payment.New(Guid.CreateVersion7(), amount, "tok");

        public List<ProviderCall> Calls { get; } = [];

        public List<(CallOperation Operation, decimal Amount)> Ledger { get; } = [];

        public List<PaymentRecorded> Events { get; } = [];

        public decimal Net => Ledger.Sum(l => l.Operation == CallOperation.Charge ? l.Amount : -l.Amount);

        public PaymentState Charge(int attempt = 1) => Apply(ChargeRules.Charge(Payment, attempt, Now));

        public PaymentState Refund() => Apply(RefundRules.Refund(Payment, Now));

        public bool RefundPart(decimal part)
        {
            if (RefundRules.RefundPart(Payment, Guid.CreateVersion7(), part, Now) is not { } decision)
                return false;
            Apply(decision);
            return true;
        }

        /// <summary>The provider carries out all calls, and all answers arrive.</summary>
        public void AnswerAll()
        {
            while (Calls.Find(IsOpen) is { } call)
                Record(call, CarryOut(call));
        }

        /// <summary>The provider carries out the oldest call, and the answer is lost.</summary>
        public void Lose()
        {
            if (Calls.Find(IsOpen) is { } call)
                CarryOut(call);
        }

        /// <summary>The oldest call gets this answer, which says nothing about the money.</summary>
        public void Answer(ProviderAnswer answer)
        {
            if (Calls.Find(IsOpen) is { } call)
                Record(call, answer);
        }

        /// <summary>The worker cancels a charge of an order that has ended.</summary>
        public void Void()
        {
            if (Calls.Find(c => IsOpen(c) && c.IsCancelled) is { } call)
                Record(call, _carriedOut.Contains(call.Key) ? CarryOut(call) : new(AnswerKind.Cancelled, "pi"));
        }

        private ProviderAnswer CarryOut(ProviderCall call)
        {
            if (
                call.Operation == CallOperation.Charge
                && (Declines || Declined.Any(attempt => call.Key.EndsWith($"-{attempt}", StringComparison.Ordinal)))
            )
                return new(AnswerKind.Declined, "pi", "No money.");
            if (_carriedOut.Add(call.Key))
                Ledger.Add((call.Operation, call.Amount));
            return new(AnswerKind.Done, call.Operation == CallOperation.Charge ? "pi" : null);
        }

        private void Record(ProviderCall call, ProviderAnswer answer)
        {
            var answered = AnswerRules.Apply(call, Payment, answer, Now);
            Calls[Calls.IndexOf(call)] = answered.Call;
            Apply(answered.Decision!);
        }

        private static bool IsOpen(ProviderCall call) => call.State is CallState.Open or CallState.Processing;

        private PaymentState Apply(PaymentDecision decision)
        {
            Payment = decision.Counted().Payment;
            if (decision.CancelsCharge)
                for (var i = 0; i < Calls.Count; i++)
                    Calls[i] = IsOpen(Calls[i]) ? Calls[i] with { IsCancelled = true } : Calls[i];
            Calls.AddRange(decision.Calls);
            if (decision.Event is not null)
                Events.Add(decision.Event);
            return Payment.State;
        }
    }
}
