using System.Diagnostics;
using Dapr.Workflow.Protocol;

namespace Dapr.Workflow.Worker;

/// <summary>Carries the trace of the one who started a workflow to its activities. Source name as in the official package.</summary>
internal static class Trace
{
    private static readonly ActivitySource Source = new("Dapr.Workflow");

    public static Activity? StartActivity(ActivityRequest request)
    {
        if (!Source.HasListeners() || request.ParentTraceContext is not { TraceParent.Length: > 0 } parent)
            return null;
        ActivityContext.TryParse(parent.TraceParent, parent.TraceState, isRemote: true, out var context);
        return Source.StartActivity($"WorkflowActivity {request.Name}", ActivityKind.Internal, context);
    }

    public static TraceContext? Current() =>
        Activity.Current is { IdFormat: ActivityIdFormat.W3C, Id: { } id } current
            ? new TraceContext { TraceParent = id, TraceState = current.TraceStateString }
            : null;
}
