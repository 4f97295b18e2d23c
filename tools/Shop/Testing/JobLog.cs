using System.Text;

namespace DaprShop.Shop.Testing;

/// <summary>
/// What a job prints, in a file. Lines about slices, which say how to repeat them, are also shown at once.
/// </summary>
internal sealed class JobLog(string file, string job) : IAsyncDisposable
{
    private const string Shown = "slice ";
    private readonly StreamWriter _writer = new(file, append: false, new UTF8Encoding(false)) { AutoFlush = true };
    private readonly TaskCompletionSource _first = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly Lock _lock = new();
    private bool _closed;

    /// <summary>Done when the first line has been written, or the output has ended.</summary>
    public Task FirstLine => _first.Task;

    /// <summary>Adds a line; null is the end of an output.</summary>
    public void Write(string? line)
    {
        _first.TrySetResult();
        if (line is null)
            return;
        lock (_lock)
            if (!_closed)
                _writer.WriteLine(line);
        if (line.TrimStart().StartsWith(Shown, StringComparison.Ordinal))
            Console.WriteLine($"  {job}: {line.Trim()}");
    }

    public ValueTask DisposeAsync()
    {
        lock (_lock)
            _closed = true;
        return _writer.DisposeAsync();
    }
}
