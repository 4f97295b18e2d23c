using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Operators' routes to parked messages: list, replay, discard.</summary>
public static class DeadLetterEndpoints
{
    private const int MaxPage = 200;
    private const string InternalCount = "/internal/dead-letters/count";

    /// <summary>
    /// Maps <c>/ops/dead-letters</c>, to which the caller adds the authorization, and their number for other services.
    /// </summary>
    public static RouteGroupBuilder MapDeadLetters(this IEndpointRouteBuilder routes)
    {
        routes.MapGet(InternalCount, CountAsync).ExcludeFromDescription();
        var group = routes.MapGroup("/ops/dead-letters").WithTags("Operations");
        group
            .MapGet("", ListAsync)
            .WithName("ListDeadLetters")
            .WithSummary("Messages that could not be processed, oldest first.");
        group
            .MapPost("/{id:guid}/replay", ReplayAsync)
            .WithName("ReplayDeadLetter")
            .WithSummary("Processes a parked message again.");
        group
            .MapDelete("/{id:guid}", DiscardAsync)
            .WithName("DiscardDeadLetter")
            .WithSummary("Discards a parked message.");
        return group;
    }

    private static async Task<Ok<DeadLetterPage>> ListAsync(
        NpgsqlDataSource database,
        CancellationToken cancellationToken,
        Guid? cursor = null,
        int limit = 50
    )
    {
        var take = Math.Clamp(limit, 1, MaxPage);
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        var rows = await DeadLetters.ListAsync(connection, cursor ?? Guid.Empty, take, cancellationToken);
        return TypedResults.Ok(new DeadLetterPage(rows, rows.Count == take ? rows[^1].Id : null));
    }

    private static async Task<DeadLetterCount> CountAsync(
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    ) => new(await DeadLetters.CountAsync(database, cancellationToken));

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(
        Guid id,
        NpgsqlDataSource database,
        IEnumerable<Inbox> inboxes,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DeadLetters.RemoveAsync(connection, id, cancellationToken) is not { } letter)
            return NotFound(id);
        try
        {
            var inbox = inboxes.Single(i => i.Producer == letter.Producer);

            // The events of an unreadable message were fetched from the log since; there is nothing to apply.
            if (letter.Position is not null)
                await inbox.ReplayAsync(
                    connection,
                    JsonSerializer.Deserialize<LoggedEvent>(letter.Body, JsonSerializerOptions.Web)!,
                    cancellationToken
                );
            await transaction.CommitAsync(cancellationToken);
            return TypedResults.NoContent();
        }
        catch (Exception e) when (!TransientErrors.IsTransient(e) || e is PostgresException)
        {
            return Problems.Of(409, "still-failing", "The message still cannot be processed", e.Message);
        }
    }

    private static async Task<Results<NoContent, ProblemHttpResult>> DiscardAsync(
        Guid id,
        NpgsqlDataSource database,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        return await DeadLetters.RemoveAsync(connection, id, cancellationToken) is null
            ? NotFound(id)
            : TypedResults.NoContent();
    }

    private static ProblemHttpResult NotFound(Guid id) => Problems.NotFound($"Parked message {id}");
}

/// <summary>A parked message.</summary>
/// <param name="Position">Position in the producer's log; null when the message was unreadable.</param>
/// <param name="Cause">Why it was parked, as a sentence.</param>
/// <param name="Details">The error with its stack trace, for developers; null where there is none.</param>
internal sealed record ParkedMessage(
    Guid Id,
    string Producer,
    long? Position,
    string Body,
    string Cause,
    string? Details,
    DateTimeOffset ParkedAt
);

/// <summary>Parked messages. <paramref name="Cursor"/> gets the next page; null at the end.</summary>
internal sealed record DeadLetterPage(IReadOnlyList<ParkedMessage> Messages, Guid? Cursor);
