using System.Collections.Concurrent;
using System.Reflection;
using Dapr.Workflow;
using DaprShop.Orders.Model;
using DaprShop.ServiceDefaults;

namespace DaprShop.Orders.Tests;

/// <summary>A workflow client that can only start workflows.</summary>
public class FakeWorkflows : DispatchProxy
{
    private readonly ConcurrentDictionary<Guid, int> _asked = [];

    /// <summary>Batches whose start succeeded, in order.</summary>
    public ConcurrentQueue<Guid> Started { get; } = [];

    /// <summary>Batches whose start was attempted.</summary>
    public ICollection<Guid> Asked => _asked.Keys;

    /// <summary>The effect of a start; the token is the caller's timeout.</summary>
    public Func<Guid, CancellationToken, Task> Start { get; set; } = (_, _) => Task.CompletedTask;

    public static (IDaprWorkflowClient Client, FakeWorkflows Engine) Create()
    {
        var client = Create<IDaprWorkflowClient, FakeWorkflows>();
        return (client, (FakeWorkflows)(object)client);
    }

    /// <summary>The number of attempts to start the batch.</summary>
    public int Tries(Guid batch) => _asked.GetValueOrDefault(batch);

    protected override object Invoke(MethodInfo? targetMethod, object?[]? args)
    {
        if (targetMethod?.Name != nameof(IDaprWorkflowClient.ScheduleNewWorkflowAsync))
            throw new NotSupportedException(targetMethod?.Name);
        return StartAsync(Guid.Parse((string)args![1]!), (CancellationToken)args[^1]!);
    }

    private async Task<string> StartAsync(Guid batch, CancellationToken cancellationToken)
    {
        _asked.AddOrUpdate(batch, 1, (_, before) => before + 1);
        await Start(batch, cancellationToken);
        Started.Enqueue(batch);
        return batch.ToString("N");
    }
}
