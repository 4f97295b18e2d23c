using System.Net.Sockets;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Tells a failure of the surroundings, which passes, from one of the work itself, which comes again.</summary>
public static class Transient
{
    /// <summary>True when trying again may succeed without anything having been mended.</summary>
    public static bool Is(Exception exception) =>
        exception switch
        {
            PostgresException postgres => postgres.IsTransient
                || postgres.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.AdminShutdown,
            NpgsqlException
            or HttpRequestException
            or TimeoutException
            or SocketException
            or IOException
            or OperationCanceledException => true,
            _ => false,
        };

    /// <summary>True for a failure of the work itself, where whoever did it has tried again as often as a rival could have come first: a key is taken for good then.</summary>
    public static bool IsOver(Exception exception) =>
        !Is(exception) || exception is PostgresException { SqlState: PostgresErrorCodes.UniqueViolation };
}
