using System.Text.Json;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace DaprShop.Orders.Bulk;

/// <summary>
/// <c>GET /bulk-orders/{id}/errors</c>: rejected and parked rows, and rows that were accepted without some of their
/// lines.
/// </summary>
internal static class GetBulkErrors
{
    private const int MaxPage = 200;

    /// <param name="Row">The line of the file on which the row begins.</param>
    /// <param name="Key">The row's own key, where it has one that can be read.</param>
    /// <param name="Cause">The error of its last transaction, where it is parked.</param>
    internal sealed record RowError(
        int Row,
        string? Key,
        string State,
        Guid? OrderId,
        string? Cause,
        IReadOnlyList<ValidationError> Errors
    );

    /// <param name="Cursor">Send it to get later rows; null on the last page.</param>
    internal sealed record RowErrorPage(IReadOnlyList<RowError> Rows, int? Cursor);

    public static async Task<Results<Ok<RowErrorPage>, ProblemHttpResult>> HandleAsync(
        Guid id,
        OrdersDbContext db,
        IOptions<JsonOptions> json,
        HttpContext context,
        CancellationToken cancellationToken,
        int cursor = 0,
        int limit = 50
    )
    {
        if (!await BulkJob.Of(db, context).AnyAsync(j => j.Id == id, cancellationToken))
            return Problems.NotFound($"bulk job {id}");
        var take = Math.Clamp(limit, 1, MaxPage);
        var rows = await db
            .BulkRows.AsNoTracking()
            .Where(r => r.JobId == id && r.Row > cursor && (r.Errors != null || r.State == BulkRowStates.Parked))
            .OrderBy(r => r.Row)
            .Take(take)
            .ToListAsync(cancellationToken);
        return TypedResults.Ok(
            new RowErrorPage(
                [
                    .. rows.Select(r => new RowError(
                        r.Row,
                        r.Body is null ? null : BulkRowParser.Read(r.Body, json.Value.SerializerOptions).Key,
                        r.State,
                        r.OrderId,
                        r.Cause,
                        r.Errors is null
                            ? []
                            : JsonSerializer.Deserialize<List<ValidationError>>(r.Errors, JsonSerializerOptions.Web)!
                    )),
                ],
                rows.Count == take ? rows[^1].Row : null
            )
        );
    }
}
