using System.Xml.Linq;

namespace DaprShop.Architecture.Tests;

/// <summary>The checkout, as the tests read it.</summary>
internal static class Sources
{
    public static string Root { get; } = FindRoot();

    /// <summary>Services, in the sense of processes.</summary>
    public static IReadOnlyList<string> Services { get; } = ["Gateway", "Orders", "Inventory", "Payments", "History"];

    /// <summary>Hand-written C# below a folder.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f =>
                !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts" or "Migrations")
            );

    /// <summary>Everything below a folder that people write: code, projects, settings.</summary>
    public static IEnumerable<string> Texts(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*", SearchOption.AllDirectories)
            .Where(f => !f.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "artifacts"));

    /// <summary>The projects that the project at <paramref name="path"/> references, by name.</summary>
    public static IEnumerable<string> References(string path) =>
        XDocument
            .Load(path)
            .Descendants("ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Attribute("Include")!.Value));

    /// <summary>Path of a project below <c>services</c>, <c>platform</c> or <c>tools</c>.</summary>
    public static string Project(string area, string name) => Path.Combine(Root, area, name, $"{name}.csproj");

    public static IEnumerable<string> Projects(string area) =>
        Directory
            .EnumerateDirectories(Path.Combine(Root, area))
            .Select(d => Path.GetFileName(d))
            .Where(n => File.Exists(Project(area, n)));

    private static string FindRoot()
    {
        var folder = AppContext.BaseDirectory;
        while (!File.Exists(Path.Combine(folder, "DaprShop.sln")))
            folder = Path.GetDirectoryName(folder)
                ?? throw new InvalidOperationException("No checkout above the tests.");
        return folder;
    }
}
