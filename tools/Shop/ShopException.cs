namespace DaprShop.Shop;

/// <summary>
/// A failure whose message tells the user what went wrong and what to do. The command prints it without a stack trace.
/// </summary>
internal sealed class ShopException : Exception
{
    public ShopException(string message, int exitCode = 1)
        : base(message) => ExitCode = exitCode;

    public ShopException(string message, Exception inner)
        : base(message, inner) => ExitCode = 1;

    public int ExitCode { get; }
}
