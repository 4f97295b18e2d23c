using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.Orders.Saga;

/// <summary><c>GET /ops/saga</c> and <c>PUT /ops/saga</c>: how the saga batches on this replica.</summary>
internal static class ChangeBatching
{
    public static Batching Current(SagaOptions settings) => settings.Current;

    public static Results<Ok<Batching>, ProblemHttpResult> Change(
        Batching batching,
        SagaOptions settings,
        DispatchSignal dispatch
    )
    {
        if (batching.BatchSize is < 1 or > SagaOptions.MaxBatchSize || batching.Slots is < 0 or > SagaOptions.MaxSlots)
            return Problems.Invalid([
                new(
                    "",
                    $"A batch has 1 to {SagaOptions.MaxBatchSize} orders; there are 0 (paused) to {SagaOptions.MaxSlots} slots."
                ),
            ]);
        settings.Current = batching;
        dispatch.Raise();
        return TypedResults.Ok(batching);
    }
}
