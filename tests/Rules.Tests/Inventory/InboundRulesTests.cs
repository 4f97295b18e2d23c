using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>Supplier deliveries and transfers: opening, receiving and closing their documents.</summary>
public sealed class InboundRulesTests
{
    private readonly Scene _scene = new();

    [Fact]
    public void A_supplier_delivery_is_expected_and_adds_only_incoming_units()
    {
        var document = Open("D1", null, ("tea", 2), ("cup", 3), ("cup", 4));

        document
            .Should()
            .BeEquivalentTo(
                new InboundDocument(
                    "D1",
                    "main",
                    null,
                    Scene.Now,
                    InboundState.Expected,
                    "announced",
                    [new("cup", 7, 0, 0), new("tea", 2, 0, 0)]
                )
            );
        _scene
            .Movements.Should()
            .Equal((MovementKind.Expected, "cup", "main", 7), (MovementKind.Expected, "tea", "main", 2));
        _scene.At("cup", "main").Should().Be(new Quantities(Incoming: 7));
    }

    [Fact]
    public void A_transfer_is_in_transit_and_its_units_leave_the_source_at_once()
    {
        _scene.With("cup", "north", new(OnHand: 9));

        Open("T1", "north", ("cup", 4)).State.Should().Be(InboundState.InTransit);

        _scene
            .Movements.Should()
            .Equal((MovementKind.Transferred, "cup", "north", -4), (MovementKind.Expected, "cup", "main", 4));
        (_scene.At("cup", "north"), _scene.At("cup", "main"))
            .Should()
            .Be((new Quantities(OnHand: 5), new Quantities(Incoming: 4)));
    }

    [Fact]
    public void A_transfer_may_take_all_available_units_of_its_source()
    {
        _scene.With("cup", "north", new(OnHand: 9, Allocated: 5));

        Open("T1", "north", ("cup", 4)).State.Should().Be(InboundState.InTransit);

        _scene.At("cup", "north").Balance.Should().Be(0);
    }

    [Fact]
    public void A_transfer_of_promised_units_is_refused_with_the_available_number()
    {
        _scene.With("cup", "north", new(OnHand: 9, Allocated: 5));

        _scene
            .Refuse(Announce("T1", "north", ("cup", 5)))
            .Should()
            .Be((409, "out-of-stock", "Only 4 units of 'cup' are available; 5 were requested."));
    }

    [Fact]
    public void A_reference_announces_only_one_document()
    {
        Open("D1", null, ("cup", 3));

        _scene
            .Refuse(Announce("D1", null, ("cup", 3)))
            .Should()
            .Be((409, "already-exists", "The document 'D1' already exists."));
    }

    [Fact]
    public void A_reference_announces_only_one_document_in_one_transaction()
    {
        var outcomes = _scene.Decide(Announce("D1", null, ("cup", 3)), Announce("D1", null, ("cup", 3)));

        outcomes[0].Refusal.Should().BeNull();
        Scene.ProblemOf(outcomes[1]).Kind.Should().Be("already-exists");
        _scene.At("cup", "main").Incoming.Should().Be(3);
    }

    [Theory]
    [InlineData(
        "saucer",
        404,
        "unknown-sku",
        "There is no item 'saucer' here. Items are created with PUT /items/{sku}."
    )]
    [InlineData("postage", 422, "never-stocked", "'postage' is a service: it is sold, but never stocked.")]
    public void An_item_that_is_never_stocked_cannot_be_announced(string sku, int status, string kind, string detail) =>
        _scene.Refuse(Announce("D1", null, ("cup", 1), (sku, 1))).Should().Be((status, kind, detail));

    [Fact]
    public void A_delivery_is_partially_received_until_its_last_unit_has_arrived()
    {
        Open("D1", null, ("cup", 10), ("tea", 1));

        var first = Receive("D1", null, ("cup", 8), ("tea", 1));
        first.State.Should().Be(InboundState.PartiallyReceived);
        first.Lines.Should().Equal(new InboundLine("cup", 10, 8, 0), new InboundLine("tea", 1, 1, 0));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 8, Incoming: 2));

        var second = Receive("D1", null, ("cup", 2));
        second.State.Should().Be(InboundState.Received);
        second.Lines.Should().Equal(new InboundLine("cup", 10, 10, 0), new InboundLine("tea", 1, 1, 0));
        _scene.Movements.Should().Equal((MovementKind.Received, "cup", "main", 2));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 10));
    }

    [Fact]
    public void Two_receipts_of_one_transaction_add_up()
    {
        Open("D1", null, ("cup", 10));

        var outcomes = _scene.Decide(Receipt("D1", null, ("cup", 8)), Receipt("D1", null, ("cup", 2)));

        Scene.Read<InboundDocument>(outcomes[1]).State.Should().Be(InboundState.Received);
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 10));
    }

    [Fact]
    public void A_document_can_be_received_in_the_transaction_that_opened_it()
    {
        var outcomes = _scene.Decide(Announce("D1", null, ("cup", 3)), Receipt("D1", null, ("cup", 3)));

        Scene.Read<InboundDocument>(outcomes[1]).State.Should().Be(InboundState.Received);
    }

    [Fact]
    public void Each_receipt_publishes_a_later_version_of_its_document()
    {
        Open("D1", null, ("cup", 10));
        Receive("D1", null, ("cup", 3));
        Receive("D1", null, ("cup", 4));

        _scene
            .Tables.Events.Where(e => e is { Type: EventTypes.StockMoved, Kind: "received" })
            .Select(e => (e.Subject, e.Version))
            .Should()
            .Equal(("D1", 2), ("D1", 5));
    }

    [Fact]
    public void Received_units_of_a_transfer_are_transferred()
    {
        _scene.With("cup", "north", new(OnHand: 9));
        Open("T1", "north", ("cup", 4));

        Receive("T1", null, ("cup", 4)).State.Should().Be(InboundState.Received);

        _scene.Movements.Should().Equal((MovementKind.Transferred, "cup", "main", 4));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 4));
    }

    [Fact]
    public void A_supplier_may_deliver_more_than_was_announced_with_a_reason()
    {
        Open("D1", null, ("cup", 10));

        var document = Receive("D1", "one crate too many", ("cup", 12));

        (document.State, document.Reason).Should().Be((InboundState.Received, "one crate too many"));
        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 12), "incoming never becomes negative");
    }

    [Fact]
    public void A_supplier_cannot_deliver_more_than_was_announced_without_a_reason()
    {
        Open("D1", null, ("cup", 10));
        Receive("D1", null, ("cup", 4));

        _scene
            .Refuse(Receipt("D1", null, ("cup", 7)))
            .Should()
            .Be((409, "too-many-units", "Only 6 units of 'cup' are available here."));
    }

    [Fact]
    public void Units_in_transit_cannot_become_more_not_even_with_a_reason()
    {
        _scene.With("cup", "north", new(OnHand: 9));
        Open("T1", "north", ("cup", 4));

        _scene
            .Refuse(Receipt("T1", "found another", ("cup", 5)))
            .Should()
            .Be((409, "too-many-units", "Only 4 units of 'cup' are available here."));
    }

    [Fact]
    public void A_receipt_without_a_reason_keeps_the_documents_reason()
    {
        Open("D1", null, ("cup", 10));

        Receive("D1", null, ("cup", 1)).Reason.Should().Be("announced");
        Receive("D1", "damp boxes", ("cup", 1)).Reason.Should().Be("damp boxes");
        Receive("D1", null, ("cup", 1)).Reason.Should().Be("damp boxes");
    }

    [Fact]
    public void An_item_that_was_not_announced_cannot_be_received()
    {
        Open("D1", null, ("cup", 10));

        _scene
            .Refuse(Receipt("D1", "r", ("cup", 1), ("tea", 1)))
            .Should()
            .Be(
                (404, "unknown-sku", "There is no item 'tea' here. Items are created with PUT /items/{sku}."),
                "the document does not announce it"
            );
    }

    [Fact]
    public void An_unknown_document_can_neither_be_received_nor_closed()
    {
        (int, string, string) unknown = (404, "not-found", "Document 'D1' was not found.");

        _scene.Refuse(Receipt("D1", null, ("cup", 1))).Should().Be(unknown);
        _scene.Refuse(Close("D1")).Should().Be(unknown);
    }

    [Fact]
    public void A_received_document_can_neither_be_received_nor_closed()
    {
        Open("D1", null, ("cup", 1));
        Receive("D1", null, ("cup", 1));
        (int, string, string) ended = (
            409,
            "already-ended",
            "The document 'D1' is received and can no longer be changed."
        );

        _scene.Refuse(Receipt("D1", "r", ("cup", 1))).Should().Be(ended);
        _scene.Refuse(Close("D1")).Should().Be(ended);
    }

    [Fact]
    public void A_cancelled_document_can_neither_be_received_nor_closed()
    {
        Open("D1", null, ("cup", 1));
        _scene.Run(Close("D1"));
        (int, string, string) ended = (
            409,
            "already-ended",
            "The document 'D1' is cancelled and can no longer be changed."
        );

        _scene.Refuse(Receipt("D1", "r", ("cup", 1))).Should().Be(ended);
        _scene.Refuse(Close("D1")).Should().Be(ended);
    }

    [Fact]
    public void A_receipt_serves_backorders_first()
    {
        Backorder(5);
        Open("D1", null, ("cup", 7));
        _scene.At("cup", "main").Allocated.Should().Be(0, "announced units are not promised");

        Receive("D1", null, ("cup", 7));

        _scene
            .Movements.Should()
            .Equal((MovementKind.Received, "cup", "main", 7), (MovementKind.Allocated, "cup", "main", 5));
        _scene.Last.FilledOrders.Should().Equal(Scene.Id(1));
    }

    [Fact]
    public void Closing_a_delivery_of_which_nothing_has_arrived_cancels_it()
    {
        Open("D1", null, ("cup", 10), ("tea", 1));

        var document = _scene.Run<InboundDocument>(Close("D1"));

        (document.State, document.Reason).Should().Be((InboundState.Cancelled, "closed"));
        document.Lines.Should().Equal(new InboundLine("cup", 10, 0, 10), new InboundLine("tea", 1, 0, 1));
        _scene
            .Movements.Should()
            .Equal((MovementKind.Expected, "cup", "main", -10), (MovementKind.Expected, "tea", "main", -1));
        _scene.At("cup", "main").Should().Be(default(Quantities));
    }

    [Fact]
    public void Closing_a_delivery_of_which_something_has_arrived_ends_it_as_received()
    {
        Open("D1", null, ("cup", 10), ("tea", 1));
        Receive("D1", null, ("tea", 1));

        var document = _scene.Run<InboundDocument>(Close("D1"));

        document.State.Should().Be(InboundState.Received);
        document.Lines.Should().Equal(new InboundLine("cup", 10, 0, 10), new InboundLine("tea", 1, 1, 0));
        _scene.Movements.Should().Equal([(MovementKind.Expected, "cup", "main", -10)], "no tea is missing");
        _scene.Last.Events.Single().Version.Should().Be(2, "the announcement was version 1");
    }

    [Fact]
    public void Closing_a_transfer_returns_missing_units_to_the_source()
    {
        _scene.With("cup", "north", new(OnHand: 9));
        Open("T1", "north", ("cup", 4));
        Receive("T1", null, ("cup", 1));

        _scene.Run<InboundDocument>(Close("T1", returns: true)).State.Should().Be(InboundState.Received);

        _scene
            .Movements.Should()
            .Equal((MovementKind.Expected, "cup", "main", -3), (MovementKind.Transferred, "cup", "north", 3));
        (_scene.At("cup", "main"), _scene.At("cup", "north"))
            .Should()
            .Be((new Quantities(OnHand: 1), new Quantities(OnHand: 8)));
    }

    [Fact]
    public void Closing_a_transfer_may_write_missing_units_off()
    {
        _scene.With("cup", "north", new(OnHand: 9));
        Open("T1", "north", ("cup", 4));

        _scene.Run<InboundDocument>(Close("T1")).State.Should().Be(InboundState.Cancelled);

        _scene.Movements.Should().Equal((MovementKind.Expected, "cup", "main", -4));
        (_scene.At("cup", "main"), _scene.At("cup", "north")).Should().Be((default, new Quantities(OnHand: 5)));
    }

    [Fact]
    public void A_supplier_delivery_has_no_source_to_return_units_to()
    {
        Open("D1", null, ("cup", 4));

        _scene
            .Refuse(Close("D1", returns: true))
            .Should()
            .Be(
                (
                    422,
                    "no-source-location",
                    "The document 'D1' is a supplier delivery. It has no source location, so units that have not "
                        + "arrived can only be written off: send the disposition \"writeOff\"."
                )
            );
    }

    [Fact]
    public void Units_returned_to_the_source_serve_backorders()
    {
        _scene.With("cup", "north", new(OnHand: 4));
        Open("T1", "north", ("cup", 4));
        Backorder(3);

        _scene.Run(Close("T1", returns: true));

        _scene
            .Movements.Should()
            .Equal(
                (MovementKind.Expected, "cup", "main", -4),
                (MovementKind.Transferred, "cup", "north", 4),
                (MovementKind.Allocated, "cup", "north", 3)
            );
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void S8_Units_that_are_set_aside_are_moved_and_stay_set_aside_whether_they_arrive_or_come_back(bool arrives)
    {
        _scene.With("cup", "north", new(OnHand: 5, Unavailable: 2, Allocated: 3));
        Backorder(2);
        var move = Announce("T1", "north", ("cup", 2)) with { Unavailable = true };

        _scene.Run<InboundDocument>(move).Unavailable.Should().BeTrue();
        _scene.At("cup", "north").Should().Be(new Quantities(OnHand: 3, Allocated: 3));
        if (arrives)
            Receive("T1", null, ("cup", 2));
        else
            _scene.Run(Close("T1", returns: true)).Refusal.Should().BeNull();

        _scene.At("cup", arrives ? "main" : "north").Unavailable.Should().Be(2);
        _scene.Tables.Levels.Values.Sum(l => l.Quantities.Allocated).Should().Be(3, "nobody who waits gets them");
    }

    [Fact]
    public void S8_No_more_units_are_moved_than_are_set_aside()
    {
        _scene.With("cup", "north", new(OnHand: 5, Unavailable: 2));

        _scene
            .Refuse(Announce("T1", "north", ("cup", 3)) with { Unavailable = true })
            .Should()
            .Be((409, "too-many-units", "Only 2 units of 'cup' are set aside here."));
    }

    [Fact]
    public void S8_Delivered_units_that_are_damaged_are_set_aside_as_they_arrive()
    {
        Open("D1", null, ("cup", 3));
        Backorder(2);

        _scene.Run<InboundDocument>(Receipt("D1", null, ("cup", 1)) with { Unavailable = true });

        _scene.At("cup", "main").Should().Be(new Quantities(OnHand: 1, Unavailable: 1, Incoming: 2));
    }

    [Fact]
    public void S12_One_delivery_brings_a_thousand_million_units_of_a_SKU_at_most()
    {
        Open("D1", null, ("cup", 10));

        _scene.Refuse(Receipt("D1", "more came", ("cup", 1_000_000_001))).Kind.Should().Be("too-many-units");

        Receive("D1", "more came", ("cup", 1_000_000_000));
        _scene.At("cup", "main").OnHand.Should().Be(1_000_000_000);
    }

    private InboundDocument Open(string reference, string? source, params (string Sku, int Quantity)[] lines) =>
        _scene.Run<InboundDocument>(Announce(reference, source, lines));

    private InboundDocument Receive(string reference, string? reason, params (string Sku, int Quantity)[] lines) =>
        _scene.Run<InboundDocument>(Receipt(reference, reason, lines));

    private OpenInboundCommand Announce(string reference, string? source, params (string Sku, int Quantity)[] lines) =>
        new(_scene.NewKey(), [1], reference, "main", source, Scene.Now, Units(lines), "olga", "announced");

    private ReceiveInboundCommand Receipt(
        string reference,
        string? reason,
        params (string Sku, int Quantity)[] lines
    ) => new(_scene.NewKey(), [1], reference, Units(lines), "olga", reason);

    private CloseInboundCommand Close(string reference, bool returns = false) =>
        new(_scene.NewKey(), [1], reference, returns, "olga", "closed");

    private void Backorder(int quantity) => _scene.Decide(Scene.Reserve(1, "cup", quantity, ShortagePolicy.Backorder));

    private static List<OrderedUnits> Units((string Sku, int Quantity)[] lines) =>
        [.. lines.Select(l => new OrderedUnits(l.Sku, l.Quantity))];
}
