using System.Net.Sockets;
using Npgsql;
using Polly;

namespace DaprShop.ServiceDefaults;

/// <summary>
/// Distinguishes errors of the environment, which a retry may cure, from errors of the work itself, which would recur.
/// </summary>
public static class TransientErrors
{
    /// <summary>True when a retry may succeed although nothing was repaired.</summary>
    public static bool IsTransient(Exception exception) =>
        exception switch
        {
            PostgresException postgres => postgres.IsTransient
                || postgres.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.AdminShutdown,
            NpgsqlException
            or HttpRequestException
            or TimeoutException
            or SocketException
            or IOException
            or ExecutionRejectedException
            or OperationCanceledException => true,
            _ => false,
        };

    /// <summary>
    /// True for an error of the work itself. A unique violation counts as one here: use this after the retries that
    /// a concurrent writer of the same key could explain.
    /// </summary>
    public static bool IsPermanent(Exception exception) =>
        !IsTransient(exception) || exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
