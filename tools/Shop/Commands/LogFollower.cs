namespace DaprShop.Shop.Commands;

/// <summary>Reads a growing log file: each call returns the lines written since the previous call.</summary>
internal sealed class LogFollower(string path)
{
    private long _position;

    public string Path => path;

    public IEnumerable<string> ReadNewLines()
    {
        if (!File.Exists(path))
            yield break;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A new start of the shop replaces the file: a shorter file is read from its beginning.
        stream.Position = _position <= stream.Length ? _position : 0;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
        _position = stream.Position;
    }
}
