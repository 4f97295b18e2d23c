using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace Dapr.Workflow.Worker;

/// <summary>One stream of work, and the answers to what came by it: they end together.</summary>
internal sealed class WorkConnection : IDisposable
{
    private readonly Sidecar _sidecar;
    private readonly CancellationTokenSource _end;

    public WorkConnection(Sidecar sidecar, CancellationToken cut)
    {
        _sidecar = sidecar;
        _end = CancellationTokenSource.CreateLinkedTokenSource(cut);
        Token = _end.Token;
    }

    /// <summary>Cancelled for good once the stream has ended.</summary>
    public CancellationToken Token { get; }

    /// <summary>
    /// Sends an answer, once. Afterwards nobody knows whether a failed delivery arrived, so the same question must be asked again;
    /// the sidecar does that only when the stream ends. An answer that was refused unread, for its size, is replaced by a failure.
    /// </summary>
    public async Task AnswerAsync<T>(T answer, Func<T, CallOptions, AsyncUnaryCall<Empty>> send, Func<T, T> tooLarge)
    {
        try
        {
            await send(answer, _sidecar.Within(Timing.Complete, Token));
        }
        catch (RpcException e) when (e.StatusCode == StatusCode.ResourceExhausted)
        {
            await send(tooLarge(answer), _sidecar.Within(Timing.Complete, Token));
        }
        catch (RpcException e) when (e.StatusCode is StatusCode.Unavailable or StatusCode.DeadlineExceeded)
        {
            await EndAsync();
            throw;
        }
    }

    /// <summary>
    /// Ends the stream and drops the answers still to be sent: the sidecar hands the open work out again, and an answer to this
    /// connection's copy would answer another one's question.
    /// </summary>
    public async Task EndAsync()
    {
        try
        {
            await _end.CancelAsync();
        }
        catch (ObjectDisposedException)
        {
            // It has ended meanwhile.
        }
    }

    public void Dispose() => _end.Dispose();
}
