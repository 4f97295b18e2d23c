namespace DaprShop.Shop.Infrastructure;

/// <summary>A failure with a sentence for the user: what went wrong and what to do about it. Printed without a stack trace.</summary>
internal sealed class ShopException : Exception
{
    public ShopException(string message, int exitCode = 1)
        : base(message) => ExitCode = exitCode;

    public ShopException(string message, Exception inner)
        : base(message, inner) => ExitCode = 1;

    public int ExitCode { get; }
}
