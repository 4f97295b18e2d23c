namespace DaprShop.ServiceDefaults.Tests;

public sealed class RequestFingerprintTests
{
    private sealed record Line(string Sku, int Quantity, decimal? UnitPrice = null);

    private sealed record Order(IReadOnlyList<Line> Lines, string OnShortage = "reject");

    // The next release of the same records.
    private sealed record LaterLine(
        bool Gift = false,
        string Sku = "",
        decimal? UnitPrice = null,
        int Quantity = 0,
        string? Note = null
    );

    private sealed record LaterOrder(
        string OnShortage,
        IReadOnlyList<LaterLine> Lines,
        IReadOnlyList<string>? Tags = null
    );

    private sealed record Item(string Name);

    // The next release of the same record.
    private sealed record LaterItem(string Name)
    {
        public bool Stocked { get; init; } = true;

        public int Limit { get; init; } = 7;
    }

    private sealed record Receipt(int Quantity, string? Location = "main");

    [Fact]
    public void Numbers_are_compared_by_value()
    {
        Print(new Line("cup", 1, 4.50m)).Should().Equal(Print(new Line("cup", 1, 4.5m)));
        Print(new Line("cup", 1, 450m)).Should().Equal(Print(new Line("cup", 1, 450.00m)));
        Print(new Line("cup", 1, 4.50m)).Should().NotEqual(Print(new Line("cup", 1, 4.51m)));
        Print(new Line("cup", 1, 45m)).Should().NotEqual(Print(new Line("cup", 1, 450m)));
    }

    [Fact]
    public void Times_are_compared_by_value()
    {
        var noon = new DateTimeOffset(2026, 11, 30, 12, 0, 0, TimeSpan.Zero);
        Print(new { At = noon }).Should().Equal(Print(new { At = noon.ToOffset(TimeSpan.FromHours(5)) }));
        Print(new { At = noon }).Should().NotEqual(Print(new { At = noon.AddTicks(10) }));
    }

    [Fact]
    public void A_member_that_equals_its_default_counts_as_not_sent()
    {
        Print(new Order([new Line("cup", 1)])).Should().Equal(Print(new Order([new Line("cup", 1, null)], "reject")));
        Print(new Order([new Line("cup", 1)])).Should().NotEqual(Print(new Order([new Line("cup", 1)], "ask")));
        Print(new Line("cup", 1)).Should().NotEqual(Print(new Line("cup", 1, 0m)), "0 was sent");
    }

    [Fact]
    public void A_release_that_adds_optional_members_or_reorders_them_knows_the_requests_of_the_one_before()
    {
        var before = Print(new Order([new Line("cup", 1, 2.5m), new Line("tray", 3)], "ask"));
        Print(new LaterOrder("ask", [new(Sku: "cup", Quantity: 1, UnitPrice: 2.5m), new(Sku: "tray", Quantity: 3)]))
            .Should()
            .Equal(before);
        Print(new LaterOrder("ask", [new(true, "cup", 2.5m, 1), new(Sku: "tray", Quantity: 3)]))
            .Should()
            .NotEqual(before);
    }

    [Fact]
    public void The_default_of_a_member_that_is_no_parameter_counts_as_not_sent_too()
    {
        Print(new LaterItem("cup")).Should().Equal(Print(new Item("cup")));
        Print(new LaterItem("cup") { Stocked = true, Limit = 7 }).Should().Equal(Print(new Item("cup")));
        Print(new LaterItem("cup") { Stocked = false }).Should().NotEqual(Print(new Item("cup")));
        Print(new LaterItem("cup") { Limit = 0 }).Should().NotEqual(Print(new Item("cup")), "0 was sent");
    }

    [Fact]
    public void A_member_whose_default_is_null_or_a_value_counts_as_not_sent_in_both_ways()
    {
        Print(new Receipt(1)).Should().Equal(Print(new Receipt(1, "main"))).And.Equal(Print(new Receipt(1, null)));
        Print(new Receipt(1)).Should().NotEqual(Print(new Receipt(1, "north")));
    }

    [Fact]
    public void Lines_keep_their_order()
    {
        Print(new Order([new Line("cup", 1), new Line("tray", 1)]))
            .Should()
            .NotEqual(Print(new Order([new Line("tray", 1), new Line("cup", 1)])));
    }

    [Fact]
    public void Callers_and_operations_are_told_apart()
    {
        var line = new Line("cup", 1);
        RequestFingerprint.Of("alice", "place", line).Should().Equal(RequestFingerprint.Of("alice", "place", line));
        RequestFingerprint.Of("alice", "place", line).Should().NotEqual(RequestFingerprint.Of("bob", "place", line));
        RequestFingerprint.Of("alice", "place", line).Should().NotEqual(RequestFingerprint.Of("alice", "hold", line));
    }

    private static byte[] Print(object body) => RequestFingerprint.Of("alice", "place-order", body);
}
