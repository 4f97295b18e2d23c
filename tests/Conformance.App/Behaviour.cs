namespace DaprShop.Conformance.App;

/// <summary>
/// The behaviour of the handlers: <c>handle</c>; <c>fail</c> (return 500); <c>hold</c> (return nothing until the
/// behaviour changes); <c>retry-N</c> (return RETRY for entry N only).
/// </summary>
internal sealed class Behaviour(IConfiguration configuration)
{
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public string Now { get; private set; } = configuration["BEHAVIOUR"] ?? "handle";

    public void Become(string value)
    {
        Now = value;
        Interlocked.Exchange(ref _changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
    }

    /// <summary>Returns when the behaviour is no longer <c>hold</c>.</summary>
    public async Task ReleasedAsync(CancellationToken cancellationToken)
    {
        while (Now == "hold")
            await _changed.Task.WaitAsync(cancellationToken);
    }

    public bool Retries(long number) => Now == $"retry-{number}";
}
