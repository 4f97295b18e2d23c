using System.Text.RegularExpressions;
using DaprShop.Orders.Model;
using DaprShop.Shop.Audit;

namespace DaprShop.Audit.Tests;

public sealed class AuditTests(SmallShop shop) : IClassFixture<SmallShop>
{
    public static TheoryData<string, string, string, string> Cases => Corruptions.All;

    [Fact]
    public async Task A_consistent_shop_has_no_violations()
    {
        var report = await shop.Databases.AuditAsync();

        Describe(report).Should().BeEmpty();
        report.ActiveWork.Should().BeEmpty();
        report.Findings.Should().OnlyContain(f => f.Checked > 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task A_corruption_is_reported_by_its_invariant(
        string check,
        string description,
        string database,
        string corruption
    )
    {
        var report = await shop.Databases.AuditAsync(database, corruption);

        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Contain(check, description);
        report.Findings.Should().OnlyContain(f => f.Examples.Count == Math.Min(f.Violations, Auditor.MaxExamples));
    }

    [Fact]
    public async Task What_the_items_are_today_is_no_violation_of_what_orders_were_accepted_with() =>
        Describe(await shop.Databases.AuditAsync("inventory", "update items set stocked = not stocked"))
            .Should()
            .BeEmpty();

    [Fact]
    public void Every_check_has_a_corruption_that_it_reports() =>
        Invariants.Checks.Select(c => c.Name).Should().BeEquivalentTo(Cases.Select(row => row.Data.Item1).Distinct());

    [Fact]
    public async Task An_order_in_progress_is_no_violation_but_skips_the_checks_that_need_an_idle_shop()
    {
        var report = await shop.Databases.AuditAsync(
            "orders",
            """
            update orders set status = 'paid', version = 3, updated_at = now() where status = 'confirmed';
            delete from events where data->>'to' = 'confirmed'
            """
        );

        report.ActiveWork.Should().ContainSingle().Which.Should().EndWith("orders in the saga");
        report
            .Findings.Where(f => f.Skipped)
            .Should()
            .OnlyContain(f => f.Check.OnlyWhenIdle && f.Violations == 0)
            .And.NotBeEmpty();
        report
            .Findings.Where(f => f.Violations > 0)
            .Select(f => f.Check.Id)
            .Should()
            .NotContain(["I-15", "I-16", "I-17", "I-18", "I-26"]);
    }

    [Theory]
    [InlineData("+", 0)]
    [InlineData("-", 1)]
    public async Task An_order_that_waits_for_its_payment_until_a_later_attempt_is_at_rest(string sign, int active)
    {
        var report = await shop.Databases.AuditAsync(
            "orders",
            $"""
            update orders set status = 'reserved', version = 2, updated_at = now(), batch_id = null,
                              due_at = now() {sign} interval '30 seconds'
            where status = 'confirmed';
            delete from events where data->>'to' in ('paid', 'confirmed')
            """
        );

        report.ActiveWork.Should().HaveCount(active);
        if (active == 0)
            report
                .Findings.Where(f => f.Violations > 0)
                .Select(f => f.Check.Id)
                .Should()
                .NotContain(["I-15", "I-16", "I-17", "I-18", "I-26"], string.Join('\n', Describe(report)));
    }

    [Fact]
    public async Task An_order_in_needs_attention_may_hold_stock_and_money()
    {
        var report = await shop.Databases.AuditAsync(
            "orders",
            "update orders set status = 'needs_attention' where status = 'confirmed'"
        );

        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Equal("I-19");
    }

    [Fact]
    public async Task A_parked_event_is_only_a_gap_in_a_timeline()
    {
        var report = await shop.Databases.AuditAsync(
            "history",
            """
            insert into dead_letters select gen_random_uuid(), 'orders', position, '{}', 'poison', now()
            from order_timeline
            where type = 'order.status_changed' and to_status = 'confirmed'
                and order_id not in (select order_id from order_timeline where to_status = 'shipped') limit 1;
            delete from order_timeline t using dead_letters d where t.position = d.position and t.step = 3
            """
        );

        report.Parked.Should().Be(1);
        report.Findings.Where(f => f.Violations > 0).Select(f => f.Check.Name).Should().Equal("I-28");
    }

    [Fact]
    public void The_declared_transitions_are_those_of_Orders()
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

    private static IEnumerable<string> Describe(AuditReport report) =>
        report.Findings.SelectMany(f => f.Examples, (f, v) => $"{f.Check.Name}: {v.Subject}: {v.Detail}");
}
