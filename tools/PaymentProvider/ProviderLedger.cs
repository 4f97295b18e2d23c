using System.Data;
using Dapper;
using DaprShop.ServiceDefaults;
using Microsoft.Data.Sqlite;

namespace DaprShop.PaymentProvider;

/// <summary>
/// The provider's database, a SQLite file: intents, refunds, the answers already given per idempotency key, the balance
/// transactions, and the webhooks to send. One connection; one transaction at a time, shared by what waits for it.
/// </summary>
internal sealed class ProviderLedger : IDisposable
{
    private const int MaxTogether = 100;

    private const string Schema = """
        create table if not exists answers (
            key text primary key, fingerprint text not null, status integer not null, body text not null) without rowid;
        create table if not exists refusals (key text primary key, count integer not null) without rowid;
        create table if not exists intents (
            id text primary key, key text not null unique, reference text not null, amount integer not null,
            currency text not null, token text not null, manual integer not null, status text not null,
            captured integer not null, refunded integer not null, created integer not null,
            completes_at integer, capture_before integer not null default 0) without rowid;
        create index if not exists intents_reference on intents (reference);
        create index if not exists intents_completing on intents (completes_at) where completes_at is not null;
        create table if not exists transactions (
            id integer primary key autoincrement, kind text not null, key text not null, reference text not null,
            amount integer not null, created integer not null);
        create table if not exists webhooks (
            id text primary key, body text not null, due integer not null, attempts integer not null) without rowid;
        """;

    private const string CountCaptureBefore =
        "select count(*) from pragma_table_info('intents') where name = 'capture_before'";

    private const string CreateLapsingIndex = $"""
        create index if not exists intents_lapsing on intents (capture_before)
        where status = '{IntentStatus.RequiresCapture}'
        """;

    private readonly SqliteConnection _connection;

    public ProviderLedger(ProviderSettings settings)
    {
        if (Path.GetDirectoryName(settings.Ledger) is { Length: > 0 } folder)
            Directory.CreateDirectory(folder);
        _connection = new SqliteConnection($"Data Source={settings.Ledger};Pooling=False");
        _connection.Open();
        // WAL with NORMAL: the death of the process loses nothing; the death of the machine may lose the last moments.
        // The file is this process's alone, so it is locked once, and not for each request.
        _connection.Execute("pragma locking_mode = exclusive; pragma journal_mode = wal; pragma synchronous = normal;");
        _connection.Execute(Schema);
        // A file of an earlier version.
        if (_connection.ExecuteScalar<long>(CountCaptureBefore) == 0)
            _connection.Execute("alter table intents add column capture_before integer not null default 0");
        _connection.Execute(CreateLapsingIndex);
        Transactions = new GroupCommit<Func<IDbConnection, object?>, object?>(CommitAsync, MaxTogether);
    }

    /// <summary>Runs the transactions, once it is started.</summary>
    public GroupCommit<Func<IDbConnection, object?>, object?> Transactions { get; }

    /// <summary>
    /// Runs <paramref name="work"/> alone and returns its result when it is committed. What waits together is committed
    /// together; work that fails is undone, and nothing else with it.
    /// </summary>
    public async Task<T> TransactAsync<T>(Func<IDbConnection, T> work, CancellationToken cancellationToken) =>
        (T)(await Transactions.RunAsync(db => work(db), cancellationToken))!;

    public void Dispose()
    {
        Transactions.Dispose();
        _connection.Dispose();
    }

    private Task<IReadOnlyList<object?>> CommitAsync(
        IReadOnlyList<Func<IDbConnection, object?>> together,
        CancellationToken cancellationToken
    )
    {
        using var transaction = _connection.BeginTransaction();
        IReadOnlyList<object?> results = [.. together.Select(work => work(_connection))];
        transaction.Commit();
        return Task.FromResult(results);
    }
}

/// <summary>A payment; amounts in minor units of the currency.</summary>
/// <param name="Key">The idempotency key of the request that created it.</param>
/// <param name="Reference">The caller's reference: the order.</param>
/// <param name="Manual">True when capturing is a request of its own.</param>
/// <param name="CaptureBefore">When the authorisation ends, in milliseconds since 1970; 0 where there is none.</param>
internal sealed record Intent(
    string Id,
    string Key,
    string Reference,
    long Amount,
    string Currency,
    string Token,
    bool Manual,
    string Status,
    long Captured,
    long Refunded,
    long Created,
    long CaptureBefore = 0
)
{
    /// <summary>What can still be captured of an authorisation.</summary>
    public long Capturable => Status == IntentStatus.RequiresCapture ? Amount - Captured : 0;
}

/// <summary>Statuses of an <see cref="Intent"/>.</summary>
internal static class IntentStatus
{
    public const string RequiresConfirmation = "requires_confirmation";
    public const string Processing = "processing";
    public const string RequiresCapture = "requires_capture";
    public const string Succeeded = "succeeded";
    public const string Canceled = "canceled";
    public const string RequiresPaymentMethod = "requires_payment_method";
}

/// <summary>A movement of money; <paramref name="Amount"/> in minor units, positive.</summary>
/// <param name="Kind">charge, refund or payout.</param>
internal sealed record BalanceTransaction(
    long Id,
    string Kind,
    string Key,
    string Reference,
    long Amount,
    long Created
);
