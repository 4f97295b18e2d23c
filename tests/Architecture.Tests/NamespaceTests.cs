using System.Reflection;
using ArchUnitNET.Fluent.Slices;
using ArchUnitNET.Loader;
using Mono.Cecil;

namespace DaprShop.Architecture.Tests;

/// <summary>How the namespaces of an assembly depend on each other, and what their types are called.</summary>
public sealed class NamespaceTests
{
    // Names of a role that every assembly or capability has once.
    private static readonly string[] Roles = ["Program", "Logging"];

    public static TheoryData<string> All => [.. Assemblies.Names];

    [Theory]
    [MemberData(nameof(All))]
    public void No_two_namespaces_depend_on_each_other(string assembly)
    {
        var architecture = new ArchLoader().LoadAssemblies(Assembly.LoadFrom(Assemblies.PathOf(assembly))).Build();

        var violations = SliceRuleDefinition
            .Slices()
            .Matching($"{assembly}.(**)")
            .Should()
            .BeFreeOfCycles()
            .Evaluate(architecture)
            .Where(r => !r.Passed)
            .Select(r => r.Description);

        string.Join('\n', violations).Should().BeEmpty("a namespace is understood without those that use it");
    }

    [Fact]
    public void No_type_name_is_declared_twice() =>
        Assemblies
            .Names.SelectMany(Assemblies.Types)
            .Where(t => !Roles.Contains(t.Name))
            .GroupBy(t => t.Name)
            .Where(g => g.Count() > 1)
            .Select(g => string.Join(" and ", g.Select(t => t.FullName)))
            .ToList()
            .Should()
            .Equal([], "one name has one meaning");

    [Fact]
    public void No_row_is_read_by_position() =>
        Assemblies
            .Names.SelectMany(Assemblies.Types)
            .Where(t => Assemblies.Calls(t).Any(IsGetterByOrdinal))
            .Select(t => t.FullName)
            .ToList()
            .Should()
            .Equal([], "rows are mapped by name: SqlQueries, or the RowMapping of EmbeddedDapr");

    [Fact]
    public void Rules_are_pure()
    {
        string[] impure =
        [
            "Npgsql",
            "Microsoft.EntityFrameworkCore",
            "System.Net.Http",
            "Dapr.",
            "Microsoft.Extensions",
        ];
        string[] forbidden = ["TimeProvider", "Task", "Task`1", "ValueTask", "ValueTask`1"];
        var rules = Assemblies
            .Names.SelectMany(Assemblies.Types)
            .Where(t => t.Name.EndsWith("Rules", StringComparison.Ordinal))
            .ToList();

        rules.Should().NotBeEmpty();
        rules
            .SelectMany(t => Assemblies.References(t).Select(r => (Rules: t.FullName, Uses: r)))
            .Where(u =>
                impure.Any(i => u.Uses.Namespace.StartsWith(i, StringComparison.Ordinal))
                || forbidden.Contains(u.Uses.Name)
            )
            .Select(u => $"{u.Rules} uses {u.Uses.FullName}")
            .Distinct()
            .Should()
            .BeEmpty("rules decide; they do no I/O and read no clock");
    }

    private static bool IsGetterByOrdinal(MethodReference method) =>
        method.DeclaringType.Name is "DbDataReader" or "NpgsqlDataReader" or "IDataRecord" or "IDataReader"
        && (
            method.Name.StartsWith("Get", StringComparison.Ordinal)
            || method.Name.StartsWith("IsDBNull", StringComparison.Ordinal)
            || method.Name == "get_Item"
        )
        && method.Parameters is [{ ParameterType.Name: "Int32" }, ..];
}
