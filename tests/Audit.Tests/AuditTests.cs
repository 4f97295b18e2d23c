using System.Text.RegularExpressions;
using DaprShop.Orders.Model;
using DaprShop.Shop.Audit;

namespace DaprShop.Audit.Tests;

public sealed class AuditTests(SmallShop shop) : IClassFixture<SmallShop>
{
    public static TheoryData<string, string, string, string> Corruptions => Damage.All;

    [Fact]
    public async Task A_sound_shop_has_no_violations()
    {
        var report = await shop.Databases.AuditAsync();

        Describe(report).Should().BeEmpty();
        report.Unrest.Should().BeEmpty();
        report.Findings.Should().OnlyContain(f => f.Checked > 0);
    }

    [Theory]
    [MemberData(nameof(Corruptions))]
    public async Task A_corruption_is_reported_by_its_invariant(
        string check,
        string what,
        string database,
        string damage
    )
    {
        var report = await shop.Databases.AuditAsync(database, damage);

        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Contain(check, what);
        report.Findings.Should().OnlyContain(f => f.First.Count == Math.Min(f.Violations, Auditor.Kept));
    }

    [Fact]
    public void Every_check_has_a_corruption_that_it_reports() =>
        Invariants
            .Checks.Select(c => c.Name)
            .Should()
            .BeEquivalentTo(Corruptions.Select(row => row.Data.Item1).Distinct());

    [Fact]
    public async Task An_order_under_way_is_no_violation_but_leaves_out_what_holds_at_rest()
    {
        var report = await shop.Databases.AuditAsync(
            "orders",
            """
            update orders set status = 'paid', version = 3, updated_at = now() where status = 'confirmed';
            delete from events where data->>'to' = 'confirmed'
            """
        );

        report.Unrest.Should().ContainSingle().Which.Should().EndWith("orders in the saga");
        report
            .Findings.Where(f => f.Skipped)
            .Should()
            .OnlyContain(f => f.Check.AtRest && f.Violations == 0)
            .And.NotBeEmpty();
        report
            .Findings.Where(f => f.Violations > 0)
            .Select(f => f.Check.Id)
            .Should()
            .NotContain(["I-15", "I-16", "I-17", "I-18", "I-26"]);
    }

    [Fact]
    public async Task An_order_that_an_operator_must_look_at_may_hold_stock_and_money()
    {
        var report = await shop.Databases.AuditAsync(
            "orders",
            "update orders set status = 'needs_attention' where status = 'confirmed'"
        );

        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Equal("I-19");
    }

    [Fact]
    public async Task A_parked_event_is_a_hole_in_a_timeline_and_no_other_harm()
    {
        var report = await shop.Databases.AuditAsync(
            "history",
            """
            insert into dead_letters select gen_random_uuid(), 'orders', position, '{}', 'poison', now() from order_timeline where type = 'order.status_changed' and to_status = 'confirmed' and order_id not in (select order_id from order_timeline where to_status = 'shipped') limit 1;
            delete from order_timeline t using dead_letters d where t.position = d.position and t.step = 3
            """
        );

        report.Parked.Should().Be(1);
        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Equal("I-28");
    }

    [Fact]
    public void The_declared_moves_are_those_of_Orders()
    {
        var values = Regex
            .Match(
                Invariants.Checks.Single(c => c.Name == "I-19").Sql,
                @"declared\(from_status, to_status\) as \(values(.*?)\)\),",
                RegexOptions.Singleline
            )
            .Value;
        var declared = Regex
            .Matches(values, @"\('(\w+)', '(\w+)'\)")
            .Select(m => (m.Groups[1].Value, m.Groups[2].Value));

        declared.Should().BeEquivalentTo(TransitionRules.All.Select(move => (move.From.Name(), move.To.Name())));
    }

    [Fact]
    public void Every_invariant_is_checked() =>
        Invariants
            .Checks.Select(c => c.Id)
            .Distinct()
            .Should()
            .BeEquivalentTo(Enumerable.Range(1, 28).Select(n => $"I-{n:00}"));

    private static IEnumerable<string> Describe(Report report) =>
        report.Findings.SelectMany(f => f.First, (f, v) => $"{f.Check.Name}: {v.Subject}: {v.Detail}");
}
