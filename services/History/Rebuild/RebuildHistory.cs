using DaprShop.ServiceDefaults;
using Microsoft.AspNetCore.Http.HttpResults;

namespace DaprShop.History.Rebuild;

/// <summary><c>/ops/history/rebuild</c>: starts a rebuild, and shows its progress and result.</summary>
internal static class RebuildHistory
{
    private const string Path = "/ops/history/rebuild";

    public static Accepted<RebuildRun> Start(RebuildWorker worker) => TypedResults.Accepted(Path, worker.Start());

    public static Results<Ok<RebuildRun>, ProblemHttpResult> Get(RebuildWorker worker) =>
        worker.Run is { } run
            ? TypedResults.Ok(run)
            : Problems.Of(404, "not-found", "Not found", "No rebuild has been started since the service started.");
}
