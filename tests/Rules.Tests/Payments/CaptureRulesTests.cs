using CsCheck;
using DaprShop.Contracts;
using DaprShop.Payments.Capturing;
using DaprShop.Payments.Charging;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.Payments.Refunds;

namespace DaprShop.Rules.Tests.Payments;

/// <summary>Money that is authorised at the order and captured by its shipments.</summary>
public sealed class CaptureRulesTests
{
    [Fact]
    public void Whatever_is_captured_voided_refunded_renewed_lapsed_lost_or_repeated_the_money_adds_up() =>
        Gen.Select(Gen.Bool, Gen.Int[0, 13].Array[0, 30])
            .Sample(
                (declinesRenewals, steps) =>
                {
                    var order = new Order { DeclinesRenewals = declinesRenewals };
                    order.Charge();
                    order.AnswerAll();
                    foreach (var step in steps)
                    {
                        switch (step)
                        {
                            case 0:
                                order.Ship(1);
                                break;
                            case 1:
                                order.Ship(1, isRefused: true);
                                break;
                            case 2:
                                order.ShipAll();
                                break;
                            case 3:
                                order.Cancel(1);
                                break;
                            case 4:
                                order.Return(1);
                                break;
                            case 5:
                                order.End();
                                break;
                            case 6:
                                order.Lapse();
                                break;
                            case 7:
                                order.Renew();
                                break;
                            case 8:
                                order.Lose();
                                break;
                            case 9:
                                order.Answer(new(AnswerKind.Unknown, Reason: "lost"));
                                break;
                            case 10:
                                order.PayAnew();
                                break;
                            case 11:
                                order.AnswerOne();
                                break;
                            case 12:
                                order.SettleCancellation();
                                break;
                            default:
                                order.AnswerAll();
                                break;
                        }

                        order.Check();
                    }

                    order.Settle();
                    order.Check();
                    order.CheckAtRest();
                },
                iter: Samples.Of(3_000)
            );

    [Fact]
    public void The_shipments_of_an_order_capture_its_total_to_the_penny()
    {
        var order = new Order();
        order.Charge().Should().Be(PaymentState.Pending);
        order.AnswerAll();
        (order.Payment.State, order.Payment.Amount).Should().Be((PaymentState.Authorised, 13.42m));

        order.Ship(1);
        order.Ship(2);
        order.ShipAll();

        order.Captures.Should().Equal(3.35m, 6.71m, 3.36m);
        order.Payment.State.Should().Be(PaymentState.Captured);
        order.Held.Should().Be(0);
        order.Events.Select(e => e.Kind).Should().Equal("authorised", "captured", "captured", "captured");
        order.Events[1].Reason.Should().StartWith("shipment ");
    }

    [Fact]
    public void A_shipment_that_is_refused_after_its_capture_pays_for_the_next_one()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();

        order.Ship(2, isRefused: true);
        order.Ship(1);
        order.Captures.Should().Equal(6.71m);
        order.Ship(2);

        order.Captures.Should().Equal(6.71m, 3.35m);
    }

    [Fact]
    public void Units_cancelled_before_they_are_captured_are_released_and_not_refunded()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();
        order.Ship(2);

        order.Cancel(2);
        order.SettleCancellation();
        order.AnswerAll();

        order.Captures.Should().Equal(6.71m);
        order.Refunds.Should().BeEmpty();
        order.Payment.State.Should().Be(PaymentState.Captured, "nothing is left to ship");
        order.Held.Should().Be(0);
        order.Events[^1].Kind.Should().Be("voided");
    }

    [Fact]
    public void The_end_of_an_order_voids_what_is_not_captured_and_refunds_what_is()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();
        order.Ship(1, isRefused: true);

        order.End();
        order.AnswerAll();

        order.Captures.Should().Equal(3.35m);
        order.Refunds.Should().Equal(3.35m);
        (order.Held, order.Payment.State).Should().Be((0m, PaymentState.Refunded));
        order
            .Events.Select(e => (e.Kind, e.Amount))
            .Should()
            .Equal(("authorised", 13.42m), ("captured", 3.35m), ("voided", 10.07m), ("refunded", 3.35m));
    }

    [Fact]
    public void An_order_that_ends_before_anything_is_captured_is_voided()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();

        order.End();
        order.AnswerAll();

        order.Refunds.Should().BeEmpty();
        (order.Held, order.Payment.State).Should().Be((0m, PaymentState.Refunded));
        order.Events[^1].Should().BeEquivalentTo(new { Kind = "voided", Amount = 13.42m });
    }

    [Fact]
    public void A_capture_that_fails_leaves_its_share_for_another_shipment()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();

        order.Ask(1).State.Should().Be(CaptureState.Pending);
        order.Answer(new(AnswerKind.Declined, Reason: "No money."));
        order
            .Repeat()
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = CaptureState.Refused,
                    Reason = "No money.",
                    Lapsed = (LapsedPayment?)null,
                }
            );
        order.Ship(1);

        order.Captures.Should().Equal(3.35m);
    }

    [Fact]
    public void An_authorisation_is_renewed_for_what_is_left_and_the_old_one_voided()
    {
        var order = new Order();
        order.Charge();
        order.AnswerAll();
        order.Ship(1);

        order.Renew();
        order.Ask(1).State.Should().Be(CaptureState.Pending, "it is being renewed");
        order.AnswerAll();

        order.Held.Should().Be(10.07m);
        order.Payment.Should().BeEquivalentTo(new { State = PaymentState.Authorised, Renewals = 1 });
        order.Repeat().State.Should().Be(CaptureState.Pending, "it is asked for only now");
        order.AnswerAll();
        order.Repeat().State.Should().Be(CaptureState.Captured);
        order.ShipAll();
        order.Captures.Should().Equal(3.35m, 3.36m, 6.71m);
        order.End();
        order.AnswerAll();
        order.Refunds.Should().BeEquivalentTo([3.35m, 10.07m], "each from the payment that was captured");
        order.Payment.State.Should().Be(PaymentState.Refunded);
    }

    [Fact]
    public void A_renewal_that_is_declined_lets_the_payment_lapse_until_it_is_paid_anew()
    {
        var order = new Order { DeclinesRenewals = true };
        order.Charge();
        order.AnswerAll();
        order.Ship(1);

        order.Renew();
        order.AnswerAll();

        order.Payment.State.Should().Be(PaymentState.Lapsed);
        order.Held.Should().Be(0);
        order
            .Ask(1)
            .Should()
            .BeEquivalentTo(
                new
                {
                    State = CaptureState.Refused,
                    Reason = "The authorisation of the payment has lapsed and could not be renewed: the customer must "
                        + "pay anew.",
                    Lapsed = new LapsedPayment(order.Payment.OrderId, 1),
                }
            );
        order.PayAnew();
        order.AnswerAll();
        order.Payment.State.Should().Be(PaymentState.Authorised);
        order.ShipAll();
        order.Captures.Should().Equal(3.35m, 10.07m);
    }

    /// <summary>An order of four units at GBP 3.354, with a model of the provider.</summary>
    private sealed class Order
    {
        private const int Units = 4;
        private const decimal Price = 3.3545m;
        private static readonly DateTimeOffset Now = new(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);

        // The provider's books: authorisations by id, and what it has carried out, by key.
        private readonly Dictionary<string, Intent> _intents = [];
        private readonly Dictionary<string, ProviderAnswer> _answers = [];
        private readonly List<ProviderCall> _calls = [];
        private (Guid Id, int Units, bool IsRefused)? _shipment;
        private readonly Queue<int> _cancellations = [];
        private int _cancelled;
        private int _returned;

        public bool DeclinesRenewals { get; init; }

        public Payment Payment { get; private set; } = Payment.New(Guid.CreateVersion7(), Units * Price, "tok");

        public List<PaymentRecorded> Events { get; } = [];

        public List<decimal> Captures { get; } = [];

        public List<decimal> Refunds { get; } = [];

        public int Shipped { get; private set; }

        /// <summary>What is authorised and not captured.</summary>
        public decimal Held => _intents.Values.Sum(i => i.IsOpen ? i.Amount - i.Captured : 0);

        private int ToShip => Units - _cancelled - Shipped;

        private static decimal Total(int units) => units * Price;

        public PaymentState Charge() => Apply(ChargeRules.Charge(Payment, 1, Now, authorises: true));

        public void PayAnew() => Apply(ChargeRules.Charge(Payment, Payment.Attempt + 1, Now, authorises: true));

        public void Renew() => Apply(CaptureRules.Renew(Loaded() with { Token = "tok" }, Now));

        /// <summary>The bank ends every authorisation, and the shop hears of it.</summary>
        public void Lapse()
        {
            foreach (var intent in _intents.Values)
                intent.IsOpen = false;
            Renew();
        }

        /// <summary>Asks for the capture of a new shipment.</summary>
        public CaptureResponse Ask(int units, bool isRefused = false)
        {
            _shipment ??= (Guid.CreateVersion7(), Math.Min(units, ToShip), isRefused);
            return Repeat();
        }

        public CaptureResponse Repeat()
        {
            var (id, units, _) = _shipment!.Value;
            var call = _calls.Find(c => c.Key == ProviderCall.CaptureKey(id));
            if (call is null)
            {
                Apply(CaptureRules.Capture(Payment, id, Total(Shipped + units), units == ToShip, Now));
                call = _calls.Find(c => c.Key == ProviderCall.CaptureKey(id));
            }

            var outcome = CaptureRules.Outcome(Payment, call, Total(Shipped + units));
            if (outcome.State == CaptureState.Captured && !_shipment.Value.IsRefused)
                Shipped += units;
            if (outcome.State != CaptureState.Pending)
                _shipment = null;
            return outcome;
        }

        public void Ship(int units, bool isRefused = false)
        {
            // The order's status keeps ended orders from being shipped.
            if (Payment.EndedAt is not null || ToShip == 0)
                return;
            Ask(units, isRefused);
            AnswerAll();
            if (_shipment is not null)
                Repeat();
        }

        public void ShipAll() => Ship(Units);

        /// <summary>Takes units off the order. Payments is told later.</summary>
        public void Cancel(int units)
        {
            // The order's status allows it while it is confirmed or shipped.
            if (
                _shipment is not null
                || units > ToShip
                || Payment.EndedAt is not null
                || Payment.State is PaymentState.Pending or PaymentState.Declined
            )
                return;
            _cancelled += units;
            _cancellations.Enqueue(units);
        }

        /// <summary>Tells Payments of a cancellation; a refusal is repeated.</summary>
        public void SettleCancellation()
        {
            if (!_cancellations.TryPeek(out var units))
                return;
            var decision = RefundRules.RefundPart(
                Loaded(),
                Guid.CreateVersion7(),
                Total(units),
                Now,
                Total(Units - _cancelled)
            );
            if (decision is null)
                return;
            _cancellations.Dequeue();
            Apply(decision);
        }

        public void Return(int units)
        {
            if (_returned + units > Shipped)
                return;
            if (RefundRules.RefundPart(Loaded(), Guid.CreateVersion7(), Total(units), Now) is not { } decision)
                return;
            _returned += units;
            Apply(decision);
        }

        // Once something is shipped, an order ends only by being given up: the money rules hold all the same.
        public void End()
        {
            if (_shipment is null)
                Apply(RefundRules.Refund(Loaded(), Now));
        }

        public void AnswerAll()
        {
            while (_calls.Exists(IsOpen))
                AnswerOne();
        }

        /// <summary>Everything is answered, and the shop has heard of every authorisation that has ended.</summary>
        public void Settle()
        {
            AnswerAll();
            for (var left = _cancellations.Count; left > 0; left--)
            {
                SettleCancellation();
                AnswerAll();
            }

            if (Payment.State == PaymentState.Authorised && !_intents[Payment.ProviderId!].IsOpen)
                Renew();
            AnswerAll();
        }

        public void AnswerOne()
        {
            if (_calls.Find(IsOpen) is { } call)
                Record(call, CarryOut(call));
        }

        public void Lose()
        {
            if (_calls.Find(IsOpen) is { } call)
                CarryOut(call);
        }

        public void Answer(ProviderAnswer answer)
        {
            if (_calls.Find(IsOpen) is { } call)
                Record(call, answer);
        }

        public void Check()
        {
            var captured = _intents.Values.Sum(i => i.Captured);
            captured.Should().BeLessThanOrEqualTo(Payment.Amount, "no more is captured than the order's total");
            Refunds.Sum().Should().BeLessThanOrEqualTo(captured);
            foreach (var intent in _intents.Values)
            {
                intent.Captured.Should().BeLessThanOrEqualTo(intent.Amount);
                intent.Refunded.Should().BeLessThanOrEqualTo(intent.Captured);
            }
        }

        public void CheckAtRest()
        {
            _cancellations.Should().BeEmpty("each cancellation is settled");
            Captures.Sum().Should().Be(Payment.Captured);
            Payment.Capturing.Should().Be(0);
            Payment.OpenCalls.Should().Be(0);
            Events.Count.Should().Be(Payment.Version, "each version is one event");
            Sum("captured").Should().Be(Payment.Captured);
            Sum("partly_refunded").Should().Be(Payment.RefundedInParts);
            (Sum("partly_refunded") + Sum("refunded")).Should().Be(Refunds.Sum());
            if (Payment.State is PaymentState.Authorised)
                Held.Should().BeGreaterThanOrEqualTo(Payment.ToCapture);
            else
                Held.Should().Be(0, "nothing is held for a payment that is {0}", Payment.State);
            if (Payment.State == PaymentState.Refunded)
                Refunds.Sum().Should().Be(Payment.Captured);
            if (Payment.EndedAt is null && _shipment is null)
                Payment.Captured.Should().BeGreaterThanOrEqualTo(MinorUnits.Round(Total(Shipped)));
            if (Payment.EndedAt is null && ToShip == 0)
                // Refunds of units that were captured and never shipped are rounded for themselves.
                Net.Should().BeApproximately(Total(Shipped - _returned), 0.01m);
        }

        private decimal Net => Payment.Captured - Payment.RefundedInParts;

        private decimal Sum(string kind) => Events.Where(e => e.Kind == kind).Sum(e => e.Amount);

        private ProviderAnswer CarryOut(ProviderCall call)
        {
            if (_answers.TryGetValue(call.Key, out var known))
                return known;
            return _answers[call.Key] = call.IsCancelled ? new(AnswerKind.Cancelled) : CarryOutOnce(call);
        }

        private ProviderAnswer CarryOutOnce(ProviderCall call)
        {
            switch (call.Operation)
            {
                case CallOperation.Renewal when DeclinesRenewals:
                    return new(AnswerKind.Declined, Reason: "No money.");
                case CallOperation.Authorise or CallOperation.Renewal:
                    var id = $"pi_{_intents.Count}";
                    _intents.Add(id, new Intent { Amount = call.Amount });
                    return new(AnswerKind.Done, id, AuthorisedUntil: Now.AddDays(7));
                case CallOperation.Capture or CallOperation.LastCapture:
                    var captured = _intents[call.ProviderId!];
                    if (!captured.IsOpen)
                        return new(AnswerKind.Cancelled, Reason: "lapsed");
                    captured.Captured += call.Amount;
                    captured.IsOpen = call.Operation == CallOperation.Capture && captured.Captured < captured.Amount;
                    Captures.Add(call.Amount);
                    return new(AnswerKind.Done);
                case CallOperation.Void:
                    _intents[call.ProviderId!].IsOpen = false;
                    return new(AnswerKind.Done);
                case CallOperation.Refund or CallOperation.PartRefund:
                    _intents[call.ProviderId!].Refunded += call.Amount;
                    Refunds.Add(call.Amount);
                    return new(AnswerKind.Done);
                default:
                    throw new InvalidOperationException($"Not expected: {call.Operation}.");
            }
        }

        // As the store loads a payment.
        private Payment Loaded() =>
            Payment.IsAuthorisedAgain && Payment.Captured > 0
                ? Payment with
                {
                    Refundable =
                    [
                        .. _calls
                            .Where(c =>
                                c.Operation is CallOperation.Capture or CallOperation.LastCapture
                                    && c.State == CallState.Succeeded
                                || c.Operation is CallOperation.Refund or CallOperation.PartRefund
                            )
                            .GroupBy(c => c.ProviderId!)
                            .OrderBy(g => g.Key, StringComparer.Ordinal)
                            .Select(g => new RefundableMoney(
                                g.Key,
                                g.Sum(c =>
                                    c.Operation is CallOperation.Capture or CallOperation.LastCapture
                                        ? c.Amount
                                        : -c.Amount
                                )
                            )),
                    ],
                }
                : Payment;

        private void Record(ProviderCall call, ProviderAnswer answer)
        {
            var answered = AnswerRules.Apply(call, Loaded(), answer, Now);
            _calls[_calls.IndexOf(call)] = answered.Call;
            Apply(answered.Decision!);
        }

        private static bool IsOpen(ProviderCall call) => call.State is CallState.Open or CallState.Processing;

        private PaymentState Apply(PaymentDecision decision)
        {
            Payment = decision.Counted().Payment;
            if (decision.CancelsCharge)
                for (var i = 0; i < _calls.Count; i++)
                    if (IsOpen(_calls[i]) && _calls[i].Operation is CallOperation.Authorise or CallOperation.Renewal)
                        _calls[i] = _calls[i] with { IsCancelled = true };
            foreach (var call in decision.Calls)
            {
                _calls.Should().NotContain(c => c.Key == call.Key, "a key stands for one request");
                _calls.Add(call);
            }

            if (decision.Event is not null)
                Events.Add(decision.Event);
            return Payment.State;
        }

        private sealed class Intent
        {
            public decimal Amount { get; init; }
            public decimal Captured { get; set; }
            public decimal Refunded { get; set; }
            public bool IsOpen { get; set; } = true;
        }
    }
}
