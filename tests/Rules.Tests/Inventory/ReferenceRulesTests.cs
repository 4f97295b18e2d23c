using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>References and keys that callers choose: none is an order's id.</summary>
public sealed class ReferenceRulesTests
{
    private static readonly string Order = Scene.Id(1).ToString();
    private static readonly StockLine Line = new("cup", "main", 2);

    private readonly Scene _scene = new Scene().With("cup", "main", new(OnHand: 9));

    public static TheoryData<string> Doors =>
        ["return", "receipt", "adjustment", "count", "withholding", "delivery", "transfer"];

    [Theory]
    [MemberData(nameof(Doors))]
    public void Nothing_is_booked_under_the_id_of_an_order(string door)
    {
        _scene.Decide(Scene.Reserve(1, "cup", 1));

        _scene
            .Refuse(Through(door, Order))
            .Should()
            .Be(
                (
                    409,
                    "reference-of-an-order",
                    $"'{Order}' is the id of an order. Its units come back with POST /orders/{{id}}/returns; use another "
                        + "reference or key for what does not belong to it."
                )
            );
        _scene.Refuse(Through(door, Order.ToUpperInvariant())).Kind.Should().Be("reference-of-an-order");
        _scene.Run(Through(door, Scene.Id(2).ToString())).Refusal.Should().BeNull("it is no order's id");
    }

    private KeyedCommand Through(string door, string reference)
    {
        var key = _scene.NewKey();
        return door switch
        {
            "return" => new BookCommand(key, [1], MovementKind.Returned, reference, "olga", null, [Line]),
            "receipt" => new BookCommand(reference, [1], MovementKind.Received, reference, "olga", "r", [Line]),
            "adjustment" => new BookCommand(reference, [1], MovementKind.Adjusted, reference, "olga", "r", [Line]),
            "count" => new CountCommand(reference, [1], "cup", "main", 7, null, false, "olga", "r"),
            "withholding" => new WithholdCommand(reference, [1], Line, "olga", "r"),
            "delivery" => Open(null),
            _ => Open("main"),
        };

        OpenInboundCommand Open(string? source) =>
            new(key, [1], reference, "north", source, null, [new OrderedUnits("cup", 1)], "olga", null);
    }
}
