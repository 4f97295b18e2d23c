namespace DaprShop.Shop.Commands;

/// <summary>A log that grows: hands out the lines that have come since it was last asked.</summary>
internal sealed class FollowedFile(string path)
{
    private long _position;

    public string Path => path;

    public IEnumerable<string> NewLines()
    {
        if (!File.Exists(path))
            yield break;
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        // A new start of the shop begins the file anew.
        stream.Position = _position <= stream.Length ? _position : 0;
        using var reader = new StreamReader(stream);
        while (reader.ReadLine() is { } line)
            yield return line;
        _position = stream.Position;
    }
}
