namespace DaprShop.Conformance.Runtime;

/// <summary>Finds programs that were built together with the tests.</summary>
internal static class Built
{
    /// <summary>The path of <paramref name="file"/> in the output of <paramref name="project"/>.</summary>
    public static string At(string project, string file)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        return Path.Combine(own.Parent!.Parent!.FullName, project, own.Name, file);
    }
}
