using DaprShop.Shop;

namespace DaprShop.Conformance.Runtime;

/// <summary>The component files of the repository, as the sidecars of a stage read them.</summary>
internal static class ComponentFiles
{
    private static readonly string Root = ShopFolder.Find().Root;

    /// <summary>
    /// Copies the files of a column into <paramref name="folder"/>, without the removed guards; returns the resource
    /// folders.
    /// </summary>
    public static IReadOnlyList<string> Copy(Column column, string folder)
    {
        List<string> names = ["common"];
        if (column.Broker is { } broker)
            names.Add(Path.Combine("brokers", broker));
        if (column.Store is { } store)
            names.Add(Path.Combine("stores", store));
        foreach (var name in names)
        {
            var target = Directory.CreateDirectory(Path.Combine(folder, "components", name)).FullName;
            foreach (var file in Directory.EnumerateFiles(Path.Combine(Root, "components", name), "*.yaml"))
                File.WriteAllText(Path.Combine(target, Path.GetFileName(file)), Guards.Edit(File.ReadAllText(file)));
        }

        return [.. names.Select(name => Path.Combine(folder, "components", name))];
    }
}
