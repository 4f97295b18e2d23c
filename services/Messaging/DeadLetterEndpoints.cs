using System.Text.Json;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Routing;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Operators' routes to what was parked: list, replay, discard.</summary>
public static class DeadLetterEndpoints
{
    private const int MaxPage = 200;

    /// <summary>Maps <c>/ops/dead-letters</c>. The caller says who may use it.</summary>
    public static RouteGroupBuilder MapDeadLetters(this IEndpointRouteBuilder routes)
    {
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
            .WithSummary("Gives a parked message up.");
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

    private static async Task<Results<NoContent, ProblemHttpResult>> ReplayAsync(
        Guid id,
        NpgsqlDataSource database,
        IEnumerable<EventIntake> intakes,
        CancellationToken cancellationToken
    )
    {
        await using var connection = await database.OpenConnectionAsync(cancellationToken);
        await using var transaction = await connection.BeginTransactionAsync(cancellationToken);
        if (await DeadLetters.RemoveAsync(connection, id, cancellationToken) is not { } letter)
            return NotFound();
        try
        {
            var intake = intakes.Single(i => i.Producer == letter.Producer);

            // What could not even be read carried events that the log has brought since; there is nothing to apply.
            if (letter.Position is not null)
                await intake.ReplayAsync(
                    connection,
                    JsonSerializer.Deserialize<LoggedEvent>(letter.Body, JsonSerializerOptions.Web)!,
                    cancellationToken
                );
            await transaction.CommitAsync(cancellationToken);
            return TypedResults.NoContent();
        }
        catch (Exception e) when (!Transient.Is(e) || e is PostgresException)
        {
            return TypedResults.Problem(
                e.Message,
                statusCode: 409,
                title: "Still failing",
                type: "urn:daprshop:problem:still-failing"
            );
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
            ? NotFound()
            : TypedResults.NoContent();
    }

    private static ProblemHttpResult NotFound() =>
        TypedResults.Problem(
            "There is no such parked message.",
            statusCode: 404,
            title: "Not found",
            type: "urn:daprshop:problem:not-found"
        );
}

/// <summary>A message that was set aside. Without a position it could not even be read.</summary>
internal sealed record ParkedMessage(
    Guid Id,
    string Producer,
    long? Position,
    string Body,
    string Cause,
    DateTimeOffset ParkedAt
);

/// <summary>Parked messages. <paramref name="Cursor"/> gets the next page; null at the end.</summary>
internal sealed record DeadLetterPage(IReadOnlyList<ParkedMessage> Messages, Guid? Cursor);
