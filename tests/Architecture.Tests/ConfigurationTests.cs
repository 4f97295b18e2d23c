using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using DaprShop.ServiceDefaults;

namespace DaprShop.Architecture.Tests;

/// <summary>docs/configuration.md lists every setting of every service, with its default and bounds.</summary>
public sealed class ConfigurationTests
{
    private static readonly string[] Services = ["Orders", "Inventory", "Payments", "History", "Gateway"];

    [Fact]
    public void The_table_lists_every_setting_with_its_default_and_bounds()
    {
        var documented = ReadTable().Where(row => row.StartsWith("| `", StringComparison.Ordinal)).ToList();

        Services.SelectMany(DescribeOptions).Should().NotBeEmpty().And.BeSubsetOf(documented);
    }

    [Fact]
    public void Every_options_type_validates_each_of_its_numbers_and_durations()
    {
        var unbounded = Services
            .SelectMany(FindOptions)
            .SelectMany(type => type.GetProperties().Where(p => p.CanWrite))
            .Where(p =>
                p.PropertyType == typeof(TimeSpan) || p.PropertyType == typeof(int) || p.PropertyType == typeof(double)
            )
            .Where(p => p.GetCustomAttribute<RangeAttribute>() is null)
            .Select(p => $"{p.DeclaringType!.Name}.{p.Name}");

        unbounded.Should().BeEmpty();
    }

    [Fact]
    public void The_common_keys_are_documented()
    {
        var text = File.ReadAllText(Path.Combine(Sources.Root, "docs/configuration.md"));
        var keys = typeof(ConfigurationKeys)
            .GetFields(BindingFlags.Public | BindingFlags.Static)
            .Select(field => $"`{field.GetRawConstantValue()}`");

        keys.Should().OnlyContain(key => text.Contains(key));
    }

    /// <summary>The first four cells of the rows that have a setting, in the form that <see cref="DescribeOptions"/> creates.</summary>
    private static IEnumerable<string> ReadTable() =>
        File.ReadLines(Path.Combine(Sources.Root, "docs/configuration.md"))
            .SkipWhile(line => line != "## Settings")
            .Skip(1)
            .TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))
            .Select(line => line.Split(" | "))
            .Where(cells => cells.Length == 5)
            .Select(cells => string.Join(" | ", cells[..4]));

    private static IEnumerable<string> DescribeOptions(string service) =>
        FindOptions(service)
            .SelectMany(type =>
                type.GetProperties().Where(p => p.CanWrite).Select(p => Describe(service, SectionOf(type), p))
            );

    private static string Describe(string service, string section, PropertyInfo property)
    {
        var defaults = Activator.CreateInstance(property.DeclaringType!, nonPublic: true)!;
        var bounds = DescribeBounds(property);
        var value = property.GetValue(defaults);
        return $"| {Code($"{section}:{property.Name}")} | {service} | {Code(Format(value!))} | {bounds}";
    }

    private static string DescribeBounds(PropertyInfo property)
    {
        if (property.PropertyType == typeof(bool))
            return $"{Code("true")}, {Code("false")}";
        if (property.GetCustomAttribute<RegularExpressionAttribute>() is { } pattern)
            return string.Join(
                ", ",
                pattern.Pattern.Replace("(?i)", "", StringComparison.Ordinal).Split('|').Select(Code)
            );
        return property.GetCustomAttribute<RangeAttribute>() is { } range
            ? $"{(range.MinimumIsExclusive ? "above " : "")}{Format(range.Minimum)} to {Format(range.Maximum)}"
            : "";
    }

    private static List<Type> FindOptions(string service) =>
        [
            .. Assembly
                .Load($"DaprShop.{service}")
                .GetTypes()
                .Where(type => type.Name.EndsWith("Options", StringComparison.Ordinal) && !type.IsAbstract)
                .Where(type => type.Namespace?.StartsWith("DaprShop.", StringComparison.Ordinal) == true)
                .Where(type => type.GetField("Section") is not null),
        ];

    private static string SectionOf(Type options) => (string)options.GetField("Section")!.GetRawConstantValue()!;

    private static string Code(string text) => $"`{text}`";

    private static string Format(object value) =>
        value switch
        {
            bool flag => flag ? "true" : "false",
            int or double => string.Create(CultureInfo.InvariantCulture, $"{value:#,0.###}"),
            IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
            // Range keeps the bounds of a duration as text.
            _ => value.ToString()!,
        };
}
