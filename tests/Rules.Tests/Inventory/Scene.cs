using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Stock;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Rules.Tests.Inventory;

/// <summary>
/// The levels that a test states, and transactions over them. Known items: cup and tea, which may be backordered, and
/// postage, which is a service.
/// </summary>
internal sealed class Scene
{
    public static readonly DateTimeOffset Now = new(2026, 11, 25, 12, 0, 0, TimeSpan.Zero);
    private int _keys;

    public Scene()
        : this(new ItemTerms(true, BackorderLimit: 100)) { }

    public Scene(ItemTerms cup) =>
        Tables = new(
            new Dictionary<string, ItemTerms>
            {
                ["cup"] = cup,
                ["tea"] = new(true, BackorderLimit: 100),
                ["postage"] = new(false),
            }
        );

    public Tables Tables { get; }

    /// <summary>The last transaction.</summary>
    public StockRules Last { get; private set; } = null!;

    /// <summary>The movements of the last transaction, in order.</summary>
    public IEnumerable<(MovementKind Kind, string Sku, string Location, long Quantity)> Movements =>
        Last.Stock.Ledger.Select(l => (l.Row.Kind, l.Row.Sku, l.Row.Location, l.Row.Quantity));

    /// <summary>A key that no other command of this scene has.</summary>
    public string NewKey() => $"key-{++_keys}";

    /// <summary>States a level.</summary>
    public Scene With(string sku, string location, Quantities quantities, long shortage = 0, long sequence = 0)
    {
        Tables.Levels[(sku, location)] = Level.Empty(sku, location) with
        {
            Quantities = quantities,
            Short = shortage,
            Sequence = sequence,
        };
        return this;
    }

    public Quantities At(string sku, string location) => LevelAt(sku, location).Quantities;

    public Level LevelAt(string sku, string location) =>
        Tables.Levels.GetValueOrDefault((sku, location)) ?? Level.Empty(sku, location);

    /// <summary>Decides the commands in one transaction and commits it.</summary>
    public IReadOnlyList<CommandOutcome> Decide(params StockCommand[] commands) => Decide(null, commands);

    /// <summary>Decides the commands in one transaction, in which a repair reads this damage, and commits it.</summary>
    public IReadOnlyList<CommandOutcome> Decide(StockDamage? damage, params StockCommand[] commands)
    {
        Last = Tables.Begin(Now, damage);
        var outcomes = commands.Select(Last.Decide).ToList();
        Last.Conclude();
        Tables.Commit(Last);
        return [.. outcomes.OfType<CommandOutcome>()];
    }

    /// <summary>Decides one command in a transaction of its own.</summary>
    public CommandOutcome Run(KeyedCommand command) => Decide(command).Single();

    /// <summary>Decides one command, and returns its response.</summary>
    public T Run<T>(KeyedCommand command) => Read<T>(Run(command));

    /// <summary>Reads the response of a command that must not be refused.</summary>
    public static T Read<T>(CommandOutcome outcome)
    {
        outcome.Refusal.Should().BeNull();
        return JsonSerializer.Deserialize<T>(outcome.Body, StockResponses.Json)!;
    }

    /// <summary>
    /// Decides a command that must be refused and must change nothing, and returns the problem that the caller gets.
    /// </summary>
    public (int Status, string Kind, string Detail) Refuse(KeyedCommand command)
    {
        var levels = Tables.Levels.Values.ToList();
        var outcome = Run(command);
        Movements.Should().BeEmpty();
        Last.Events.Should().BeEmpty();
        Tables.Levels.Values.Should().Equal(levels);
        Tables.Responses.Should().NotContainKey((command.KeyOwner, command.Key), "a refused command may be repeated");
        return ProblemOf(outcome);
    }

    /// <summary>The problem that the caller of a refused command gets.</summary>
    public static (int Status, string Kind, string Detail) ProblemOf(CommandOutcome outcome)
    {
        (outcome.Body, outcome.Replayed).Should().Be(("", false));
        var problem = ((ProblemHttpResult)OutcomeResults.Of(outcome, new DefaultHttpContext())).ProblemDetails;
        return (problem.Status!.Value, problem.Type!.Split(':')[^1], problem.Detail!);
    }

    /// <summary>Reserves units of one SKU for the order of this number.</summary>
    public static ReserveCommand Reserve(
        int order,
        string sku,
        int quantity,
        ShortagePolicy policy = ShortagePolicy.Reject
    ) => new([new ReserveOrder(Id(order), [new(sku, quantity)], "alice", order, policy)]);

    /// <summary>An id that sorts by its number.</summary>
    public static Guid Id(int number) => new(number, 0, 0, [0, 0, 0, 0, 0, 0, 0, 0]);

    /// <summary>The payloads of the last transaction's events of a type.</summary>
    public IReadOnlyList<T> Events<T>(string type) =>
        [.. Last.Events.Where(e => e.Type == type).Select(e => (T)e.Data)];
}
