using Dapper;

namespace DaprShop.PaymentProvider;

/// <summary><c>/v1/refunds</c> and <c>/v1/payouts</c>: money out.</summary>
internal static class RefundEndpoints
{
    public static void Map(RouteGroupBuilder api)
    {
        api.MapPost("/refunds", RefundAsync);
        api.MapPost("/payouts", PayOutAsync);
        api.MapGet("/balance_transactions/search", SearchAsync);
    }

    /// <summary>Form: payment_intent, amount (minor units), metadata[reference].</summary>
    private static async Task<IResult> RefundAsync(HttpContext context, IntentStore intents)
    {
        var request = await ApiRequest.ReadAsync(context.Request);
        if (request.Problem(needsAmount: true) is { } problem)
            return problem.ToResult();
        var id = request["payment_intent"];
        var answer = await intents.AnswerOnceAsync(
            request.Key,
            request.Parameters,
            db =>
            {
                if (IntentStore.Find(db, id) is not { } intent)
                    return Answer.Error(404, "invalid_request_error", "resource_missing", $"There is no payment {id}.");
                if (intent.Refunded + request.Amount > intent.Captured)
                    return Answer.Error(
                        400,
                        "invalid_request_error",
                        "charge_already_refunded",
                        $"{intent.Refunded} of {intent.Captured} are refunded already.",
                        intent
                    );
                intents.Post(db, "refund", request.Key, request["metadata[reference]"], request.Amount);
                IntentStore.Save(db, intent with { Refunded = intent.Refunded + request.Amount });
                return Answer.Of(
                    200,
                    new
                    {
                        Id = $"re_{Guid.CreateVersion7():n}",
                        Object = "refund",
                        request.Amount,
                        PaymentIntent = id,
                        Status = "succeeded",
                    }
                );
            },
            CancellationToken.None
        );
        return answer!.ToResult();
    }

    /// <summary>Form: amount (minor units), metadata[reference].</summary>
    private static async Task<IResult> PayOutAsync(HttpContext context, IntentStore intents)
    {
        var request = await ApiRequest.ReadAsync(context.Request);
        if (request.Problem(needsAmount: true) is { } problem)
            return problem.ToResult();
        var answer = await intents.AnswerOnceAsync(
            request.Key,
            request.Parameters,
            db =>
            {
                intents.Post(db, "payout", request.Key, request["metadata[reference]"], request.Amount);
                return Answer.Of(
                    200,
                    new
                    {
                        Id = $"po_{Guid.CreateVersion7():n}",
                        Object = "payout",
                        request.Amount,
                        Status = "paid",
                    }
                );
            },
            CancellationToken.None
        );
        return answer!.ToResult();
    }

    /// <summary>The transactions that the request with this idempotency key made: none or one.</summary>
    private static async Task<IResult> SearchAsync(string key, ProviderLedger ledger, CancellationToken cancel)
    {
        var found = await ledger.TransactAsync(
            db =>
                db.Query<BalanceTransaction>(
                        "select id, kind, key, reference, amount, created from transactions where key = @key",
                        new { key }
                    )
                    .ToList(),
            cancel
        );
        return Answer.Of(200, new { Data = found }).ToResult();
    }
}

/// <summary><c>/v1/balance_transactions</c>: the ledger, oldest first.</summary>
internal static class LedgerEndpoints
{
    public const int MaxPage = 10_000;

    public static void Map(RouteGroupBuilder api) => api.MapGet("/balance_transactions", ListAsync);

    private static async Task<IResult> ListAsync(
        ProviderLedger ledger,
        CancellationToken cancel,
        long starting_after = 0,
        int limit = MaxPage
    )
    {
        var page = await ledger.TransactAsync(
            db =>
                db.Query<BalanceTransaction>(
                        """
                        select id, kind, key, reference, amount, created from transactions
                        where id > @starting_after order by id limit @limit
                        """,
                        new { starting_after, limit = Math.Clamp(limit, 1, MaxPage) }
                    )
                    .ToList(),
            cancel
        );
        return Answer.Of(200, new { Data = page, HasMore = page.Count == Math.Clamp(limit, 1, MaxPage) }).ToResult();
    }
}

/// <summary><c>/simulator</c>: what a real provider does not offer.</summary>
internal static class SimulatorEndpoints
{
    public static void Map(RouteGroupBuilder simulator)
    {
        simulator.MapGet("/faults", (FaultPlan plan) => plan.Current);
        simulator.MapPut("/faults", (Faults faults, FaultPlan plan) =>
        {
            plan.Current = faults;
            return faults;
        });
        // The bank decides about payments that are processing.
        simulator.MapPost(
            "/references/{reference}/complete",
            async (string reference, IntentStore intents, CancellationToken cancel, bool declined = false) =>
                new { Completed = await intents.CompleteAsync(reference, declined, cancel) }
        );
        // The bank ends authorisations that were not captured in time.
        simulator.MapPost(
            "/references/{reference}/lapse",
            async (string reference, IntentStore intents, CancellationToken cancel) =>
                new { Lapsed = await intents.LapseAsync(reference, cancel) }
        );
    }
}
