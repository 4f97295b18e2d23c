namespace DaprShop.Conformance.App;

/// <summary>
/// What handlers do, until a test wants something else: <c>handle</c>; <c>fail</c> (answer 500); <c>hold</c> (answer nothing until the
/// behaviour changes); <c>retry-N</c> (answer RETRY for entry N alone).
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

    /// <summary>Returns when handlers are free to answer.</summary>
    public async Task ReleasedAsync(CancellationToken cancellationToken)
    {
        while (Now == "hold")
            await _changed.Task.WaitAsync(cancellationToken);
    }

    public bool Retries(long number) => Now == $"retry-{number}";
}
