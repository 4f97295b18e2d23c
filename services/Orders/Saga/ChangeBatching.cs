using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Saga;

/// <summary><c>GET /ops/saga</c> and <c>PUT /ops/saga</c>: the batching of this replica.</summary>
internal static class ChangeBatching
{
    public static Batching Current(BatchingControl control) => control.Current;

    public static Results<Ok<Batching>, ProblemHttpResult> Change(
        Batching batching,
        BatchingControl control,
        DispatchSignal dispatch
    )
    {
        var errors = new List<ValidationError>();
        if (batching.BatchSize is < 1 or > SagaOptions.MaxBatchSize)
            errors.Add(new("/batchSize", $"Must be 1 to {SagaOptions.MaxBatchSize}."));
        if (batching.Slots is < 0 or > SagaOptions.MaxSlots)
            errors.Add(new("/slots", $"Must be 0 to {SagaOptions.MaxSlots}; 0 pauses the saga."));
        if (errors.Count > 0)
            return Problems.Invalid(errors);
        control.Current = batching;
        dispatch.Raise();
        return TypedResults.Ok(batching);
    }
}
