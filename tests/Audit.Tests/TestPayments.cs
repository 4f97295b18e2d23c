using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Charging;
using DaprShop.Payments.Credits;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.Payments.Refunds;
using DaprShop.ServiceDefaults;
using DaprShop.Shop.Audit;
using Npgsql;

namespace DaprShop.Audit.Tests;

/// <summary>
/// Payments without its process: the service's own store and rules, and a provider whose ledger is a table beside the
/// service's, so that tests can corrupt it by SQL.
/// </summary>
internal sealed class TestPayments(NpgsqlDataSource database, TimeProvider time)
{
    /// <summary>The provider's ledger; amounts in pence.</summary>
    public const string CreateLedger = """
        create table test_ledger (
            id bigserial primary key, kind text not null, key text not null, reference text not null,
            amount bigint not null, created bigint not null);
        grant all on test_ledger, test_ledger_id_seq to payments_app;
        grant select on test_ledger to auditor;
        """;

    private readonly PaymentStore _store = new(database, time, new RelaySignal(), NoFailpoints.Instance);

    // To its clock, every call without an answer is overdue.
    private readonly PaymentStore _later = new(
        database,
        new LaterClock(time),
        new RelaySignal(),
        NoFailpoints.Instance
    );

    /// <summary>Charges orders and returns their outcomes: orders without an answer are pending.</summary>
    public async Task<IReadOnlyList<ChargeOutcome>> ChargeAsync(IEnumerable<ChargeOrder> charges)
    {
        var now = time.GetUtcNow();
        var orders = charges.ToDictionary(o => o.OrderId);
        var decided = await _store.DecideAsync(
            [.. orders.Values.Select(o => Payment.New(o.OrderId, o.Amount, o.Token))],
            p => ChargeRules.Charge(p, orders[p.OrderId].Attempt, now),
            CancellationToken.None
        );
        var answered = await AskAsync(decided.Calls);
        return
        [
            .. decided
                .Payments.Values.Select(p => answered.GetValueOrDefault(p.OrderId) ?? p)
                .Select(p => new ChargeOutcome(p.OrderId, p.State.ToChargeState(), p.Reason)),
        ];
    }

    public async Task RefundAsync(IEnumerable<Guid> orders)
    {
        var now = time.GetUtcNow();
        var decided = await _store.DecideAsync(
            [.. orders.Select(id => Payment.New(id, 0, ""))],
            p => RefundRules.Refund(p, now),
            CancellationToken.None
        );
        await AskAsync(decided.Calls);
    }

    /// <summary>False where less than <paramref name="amount"/> is left to refund.</summary>
    public async Task<bool> RefundPartAsync(Guid reference, Guid order, decimal amount)
    {
        var now = time.GetUtcNow();
        var calls = await _store.RefundPartAsync(
            reference,
            order,
            p => RefundRules.RefundPart(p, reference, amount, now),
            CancellationToken.None
        );
        if (calls is not null)
            await AskAsync(calls);
        return calls is not null;
    }

    public async Task CreditAsync(string actor, string key, string reference, decimal amount)
    {
        var (_, _, call) = await new CreditStore(database, time).GiveAsync(
            actor,
            key,
            reference,
            amount,
            CancellationToken.None
        );
        await AskAsync([call!]);
    }

    /// <summary>
    /// Looks up the calls that have no answer, as the worker does. <paramref name="completed"/>: the bank has decided
    /// about the payment of this order, which was processing.
    /// </summary>
    public async Task LookUpAsync(Guid? completed = null)
    {
        var due = await _later.ClaimDueAsync(1000, CancellationToken.None);
        var answers = new List<(ProviderCall, ProviderAnswer)>();
        foreach (var call in due)
            answers.Add((call, await LookUpAsync(call, completed)));
        if (answers.Count > 0)
            await AskAsync((await RecordAsync(answers)).Calls);
    }

    private async Task<ProviderAnswer> LookUpAsync(ProviderCall call, Guid? completed)
    {
        if (await IsInLedgerAsync(call.Key))
            return Done(call);
        if (call.Token == "tok_late")
            return call.OrderId == completed ? await CarryOutAsync(call) : Answer(AnswerKind.Processing, "later");
        return call.IsCancelled ? Answer(AnswerKind.Cancelled, "cancelled") : await CarryOutAsync(call);
    }

    private async Task<IReadOnlyDictionary<Guid, Payment>> AskAsync(IReadOnlyList<ProviderCall> calls)
    {
        if (calls.Count == 0)
            return new Dictionary<Guid, Payment>();
        var answers = new List<(ProviderCall, ProviderAnswer)>();
        foreach (var call in calls)
            answers.Add((call, await AnswerAsync(call)));
        var recorded = await RecordAsync(answers);
        await AskAsync(recorded.Calls);
        return recorded.Payments;
    }

    private Task<DecidedPayments> RecordAsync(IReadOnlyList<(ProviderCall, ProviderAnswer)> answers)
    {
        var now = time.GetUtcNow();
        return _store.RecordAsync(
            answers,
            (call, payment, answer) => AnswerRules.Apply(call, payment, answer, now),
            CancellationToken.None
        );
    }

    private async Task<ProviderAnswer> AnswerAsync(ProviderCall call)
    {
        switch (call.Token)
        {
            case "tok_declined":
                return Answer(AnswerKind.Declined, "The provider declined the payment.");
            case "tok_late":
                return Answer(AnswerKind.Processing, "later");
            case "tok_flaky":
                return Answer(AnswerKind.Unknown, "The provider is unavailable.");
            case "tok_timeout":
                await CarryOutAsync(call);
                return Answer(AnswerKind.Unknown, "The provider did not answer in time.");
            default:
                return await CarryOutAsync(call);
        }
    }

    private async Task<ProviderAnswer> CarryOutAsync(ProviderCall call)
    {
        var kind = call.Operation switch
        {
            CallOperation.Charge or CallOperation.Capture or CallOperation.LastCapture => "charge",
            CallOperation.Credit => "payout",
            _ => "refund",
        };
        await database.ExecuteAsync(
            "insert into test_ledger (kind, key, reference, amount, created) values ($1, $2, $3, $4, $5)",
            [kind, call.Key, call.Reference, MinorUnits.Count(call.Amount), time.GetUtcNow().ToUnixTimeMilliseconds()],
            CancellationToken.None
        );
        return Done(call);
    }

    private async Task<bool> IsInLedgerAsync(string key) =>
        (
            await database.QueryAsync<bool>(
                "select exists (select from test_ledger where key = $1)",
                [key],
                CancellationToken.None
            )
        ).Single();

    private static ProviderAnswer Done(ProviderCall call) => new(AnswerKind.Done, $"pi-{call.Key}");

    private static ProviderAnswer Answer(AnswerKind kind, string reason) => new(kind, Reason: reason);

    private sealed class LaterClock(TimeProvider time) : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => time.GetUtcNow().AddDays(1);
    }
}

/// <summary>Reads the table of <see cref="TestPayments"/>.</summary>
internal sealed class TestLedger(string connectionString) : IProviderLedger
{
    public async Task<IReadOnlyList<ProviderTransaction>> ReadAsync(CancellationToken cancel)
    {
        await using var database = NpgsqlDataSource.Create(connectionString);
        return await database.QueryAsync<ProviderTransaction>(
            "select id, kind, key, reference, amount, created from test_ledger order by id",
            [],
            cancel
        );
    }
}
