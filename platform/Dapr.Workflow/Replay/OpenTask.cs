using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Replay;

/// <summary>Something a workflow waits for. Its continuation runs inline, on the turn's thread.</summary>
internal abstract class OpenTask
{
    public abstract bool IsDone { get; }

    public abstract void Complete(string? json);

    public abstract void Fail(Exception exception);

    public abstract void Cancel(CancellationToken cancellationToken);
}

internal sealed class OpenTask<T> : OpenTask
{
    private readonly TaskCompletionSource<T> _source = new();

    public Task<T> Task => _source.Task;

    public override bool IsDone => _source.Task.IsCompleted;

    public override void Complete(string? json)
    {
        T? value;
        try
        {
            value = Payload.Read<T>(json);
        }
        catch (Exception e) when (e is System.Text.Json.JsonException or NotSupportedException)
        {
            _source.TrySetException(e);
            return;
        }

        _source.TrySetResult(value!);
    }

    public override void Fail(Exception exception) => _source.TrySetException(exception);

    public override void Cancel(CancellationToken cancellationToken) => _source.TrySetCanceled(cancellationToken);
}
