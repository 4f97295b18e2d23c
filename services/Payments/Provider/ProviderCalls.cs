using DaprShop.Contracts;
using DaprShop.Payments.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Payments.Provider;

/// <summary>
/// Makes calls of the provider, a few at a time, and records their answers. A slow answer delays nobody else: after a
/// bounded wait the caller goes on, and the answer is recorded when it comes.
/// </summary>
internal sealed class ProviderCalls(
    IPaymentProvider provider,
    PaymentStore store,
    ProviderOptions options,
    ServiceInvoker services,
    IFailpoints failpoints,
    TimeProvider time,
    ILogger<ProviderCalls> logger
) : IDisposable
{
    private readonly SemaphoreSlim _slots = new(options.MaxConcurrentCalls);
    private long _throttledUntil;

    /// <summary>
    /// Makes the calls, which are saved already, and waits for their answers for
    /// <see cref="ProviderOptions.Wait"/> at most. Returns the payments of the answers that are recorded by then.
    /// </summary>
    public async Task<IReadOnlyDictionary<Guid, Payment>> AskAsync(
        IReadOnlyList<ProviderCall> calls,
        CancellationToken cancellationToken
    )
    {
        if (calls.Count == 0)
            return new Dictionary<Guid, Payment>();
        // Not cancelled with the request: a call that was started is answered and recorded.
        var running = calls.Select(call => (Call: call, Answer: Task.Run(() => AnswerAsync(call)))).ToList();
        await WaitAsync(running.ConvertAll(r => r.Answer), cancellationToken);
        var inTime = running.FindAll(r => r.Answer.IsCompleted);
        foreach (var late in running.Except(inTime))
            _ = RecordLateAsync(late.Call, late.Answer);
        if (inTime.Count == 0)
            return new Dictionary<Guid, Payment>();
        return await RecordAsync(inTime.ConvertAll(r => (r.Call, r.Answer.Result)), cancellationToken);
    }

    /// <summary>Makes the calls and records each answer when it comes; Orders is told of the charges.</summary>
    public void AskInBackground(IReadOnlyList<ProviderCall> calls)
    {
        foreach (var call in calls)
            _ = RecordLateAsync(call, Task.Run(() => AnswerAsync(call)));
    }

    public void Dispose() => _slots.Dispose();

    private async Task WaitAsync(List<Task<ProviderAnswer>> answers, CancellationToken cancellationToken)
    {
        try
        {
            await Task.WhenAll(answers).WaitAsync(options.Wait, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            // Those that have answered are recorded; the others go on alone.
        }
    }

    private async Task<IReadOnlyDictionary<Guid, Payment>> RecordAsync(
        IReadOnlyList<(ProviderCall, ProviderAnswer)> answers,
        CancellationToken cancellationToken
    )
    {
        await failpoints.ReachAsync("provider-answered");
        var now = time.GetUtcNow();
        var recorded = await store.RecordAsync(
            answers,
            (call, payment, answer) => AnswerRules.Apply(call, payment, answer, now),
            cancellationToken
        );
        AskInBackground(recorded.Calls);
        return recorded.Payments;
    }

    private async Task RecordLateAsync(ProviderCall call, Task<ProviderAnswer> answer)
    {
        try
        {
            var payments = await RecordAsync([(call, await answer)], CancellationToken.None);
            if (call is { Operation: CallOperation.Charge or CallOperation.Authorise, OrderId: { } order })
                await ResumeAsync(payments[order]);
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            // The call stays open: it is looked up when its lease ends.
            logger.LogAnswerNotRecorded(call.Key, e.Message);
        }
    }

    // Without this the order learns the answer at its next attempt.
    private async Task ResumeAsync(Payment payment)
    {
        if (payment.State == PaymentState.Pending)
            return;
        try
        {
            await services.PostAsync(
                Apps.Orders,
                "sagas/resume",
                new ResumeOrdersRequest([payment.OrderId]),
                CancellationToken.None
            );
        }
        catch (Exception e) when (TransientErrors.IsTransient(e))
        {
            logger.LogOrderNotResumed(payment.OrderId, e.Message);
        }
    }

    private async Task<ProviderAnswer> AnswerAsync(ProviderCall call)
    {
        await _slots.WaitAsync();
        try
        {
            var pause = new DateTimeOffset(Interlocked.Read(ref _throttledUntil), TimeSpan.Zero) - time.GetUtcNow();
            if (pause > TimeSpan.Zero)
                return new ProviderAnswer(
                    AnswerKind.Throttled,
                    Reason: "The provider asked the shop to wait.",
                    RetryAfter: pause
                );
            await failpoints.ReachAsync("provider-asking");
            var answer = await AskProviderAsync(call);
            if (answer is { Kind: AnswerKind.Throttled, RetryAfter: { } wait })
                Interlocked.Exchange(ref _throttledUntil, (time.GetUtcNow() + wait).UtcTicks);
            if (answer.Kind is AnswerKind.Unknown or AnswerKind.Throttled)
                logger.LogCallUnanswered(call.Key, call.Attempts, answer.Reason);
            return answer;
        }
        finally
        {
            _slots.Release();
        }
    }

    /// <summary>The first time the provider is asked; later it may know the call, so it is looked up first.</summary>
    private async Task<ProviderAnswer> AskProviderAsync(ProviderCall call)
    {
        // Withdrawing begins with a look-up of its own.
        if (call.IsCancelled)
            return await provider.WithdrawAsync(call, CancellationToken.None);
        if (
            call is { Attempts: > 1, Operation: not CallOperation.Void }
            && await provider.LookUpAsync(call, CancellationToken.None) is { Kind: not AnswerKind.NotFound } found
        )
            return found;
        return call.Operation switch
        {
            CallOperation.Charge or CallOperation.Authorise or CallOperation.Renewal => await provider.ChargeAsync(
                call,
                CancellationToken.None
            ),
            CallOperation.Capture or CallOperation.LastCapture => await provider.CaptureAsync(
                call,
                CancellationToken.None
            ),
            CallOperation.Void => await provider.VoidAsync(call, CancellationToken.None),
            CallOperation.Credit => await provider.PayOutAsync(call, CancellationToken.None),
            _ => await provider.RefundAsync(call, CancellationToken.None),
        };
    }
}

/// <summary>
/// Looks up calls whose answer is lost or overdue, and asks again where the provider does not know them: after a crash,
/// an outage or a time limit, and when a webhook says so.
/// </summary>
internal sealed class ProviderCallWorker(
    PaymentStore store,
    ProviderCalls calls,
    ProviderCallSignal signal,
    TimeProvider time,
    ILogger<ProviderCallWorker> logger
) : PollingWorker(TimeSpan.FromMilliseconds(500), time, logger, signal)
{
    private const int Together = 100;

    protected override Task BeginAsync(CancellationToken cancellationToken) => store.EndLeasesAsync(cancellationToken);

    protected override async Task<bool> RunOnceAsync(CancellationToken cancellationToken)
    {
        var due = await store.ClaimDueAsync(Together, cancellationToken);
        calls.AskInBackground(due);
        return due.Count == Together;
    }
}

/// <summary>Wakes the <see cref="ProviderCallWorker"/>.</summary>
internal sealed class ProviderCallSignal : WorkSignal;

/// <summary>Raised when the provider tells that it has ended an authorisation.</summary>
internal sealed class AuthorisationSignal : WorkSignal;

internal static partial class ProviderLogging
{
    [LoggerMessage(LogLevel.Warning, "The provider did not answer call {Key} (attempt {Attempt}): {Reason}")]
    public static partial void LogCallUnanswered(this ILogger logger, string key, int attempt, string? reason);

    [LoggerMessage(LogLevel.Warning, "The answer to call {Key} was not recorded and is looked up later: {Message}")]
    public static partial void LogAnswerNotRecorded(this ILogger logger, string key, string message);

    [LoggerMessage(LogLevel.Information, "Orders was not told of the payment of order {Order}: {Message}")]
    public static partial void LogOrderNotResumed(this ILogger logger, Guid order, string message);

    [LoggerMessage(LogLevel.Error, "The provider refused call {Key} with {Status}: {Body}")]
    public static partial void LogCallRefused(this ILogger logger, string key, int status, string body);
}
