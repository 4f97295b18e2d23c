using Dapr.Workflow;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace DaprShop.Orders.Tests;

/// <summary>The activities that the workflow schedules.</summary>
public sealed class FulfilOrdersTests
{
    [Theory]
    [InlineData(false, false, "ReserveStock ChargePayments SettleOrders")]
    [InlineData(false, true, "ReserveStock ChargePayments ReleaseStock SettleOrders")]
    [InlineData(true, true, "ReserveStock ChargePayments RefundPayments ReleaseStock SettleOrders")]
    public async Task Compensations_are_scheduled_only_where_an_order_needs_them(
        bool refund,
        bool release,
        string activities
    )
    {
        var context = new RecordingContext(new NeededCompensations(refund, release));
        var batch = Guid.CreateVersion7();

        (await new FulfilOrders().RunAsync(context, batch)).Should().BeTrue();

        string.Join(' ', context.Activities.Select(a => a.Name)).Should().Be(activities);
        context.Activities.Should().OnlyContain(a => (Guid)a.Input! == batch, "the payload is the batch's id");
    }

    [Fact]
    public async Task Every_activity_is_retried_for_longer_than_the_watchdog_waits()
    {
        var context = new RecordingContext(new NeededCompensations(true, true));
        await new FulfilOrders().RunAsync(context, Guid.CreateVersion7());
        foreach (var policy in context.Activities.Select(a => a.Options!.RetryPolicy!))
        {
            var (total, pause) = (TimeSpan.Zero, policy.FirstRetryInterval);
            for (var retry = 1; retry < policy.MaxNumberOfAttempts; retry++)
            {
                total += pause;
                pause = TimeSpan.FromTicks(
                    Math.Min((long)(pause.Ticks * policy.BackoffCoefficient), policy.MaxRetryInterval!.Value.Ticks)
                );
            }

            total.Should().BeGreaterThan(new SagaOptions().StaleAfter);
        }
    }

    /// <summary>Records activities; charging answers <paramref name="needed"/>.</summary>
    private sealed class RecordingContext(NeededCompensations needed) : WorkflowContext
    {
        public List<(string Name, object? Input, WorkflowTaskOptions? Options)> Activities { get; } = [];

        public override string Name => nameof(FulfilOrders);

        public override string InstanceId => "test";

        public override DateTime CurrentUtcDateTime => throw new NotSupportedException();

        public override bool IsReplaying => false;

        public override bool IsPatched(string patchName) => throw new NotSupportedException();

        public override Task<T> CallActivityAsync<T>(
            string name,
            object? input = null,
            WorkflowTaskOptions? options = null
        )
        {
            Activities.Add((name, input, options));
            return Task.FromResult(needed is T answer ? answer : default(T)!);
        }

        public override Task CreateTimer(DateTime fireAt, CancellationToken cancellationToken) =>
            throw new NotSupportedException();

        public override Task<T> WaitForExternalEventAsync<T>(
            string eventName,
            CancellationToken cancellationToken = default
        ) => throw new NotSupportedException();

        public override Task<T> WaitForExternalEventAsync<T>(string eventName, TimeSpan timeout) =>
            throw new NotSupportedException();

        public override void SendEvent(string instanceId, string eventName, object payload) =>
            throw new NotSupportedException();

        public override void SetCustomStatus(object? customStatus) => throw new NotSupportedException();

        public override Task<TResult> CallChildWorkflowAsync<TResult>(
            string workflowName,
            object? input = null,
            ChildWorkflowTaskOptions? options = null
        ) => throw new NotSupportedException();

        public override ILogger CreateReplaySafeLogger(string categoryName) => NullLogger.Instance;

        public override ILogger CreateReplaySafeLogger(Type type) => NullLogger.Instance;

        public override ILogger CreateReplaySafeLogger<T>() => NullLogger.Instance;

        public override void ContinueAsNew(object? newInput = null, bool preserveUnprocessedEvents = true) =>
            throw new NotSupportedException();

        public override Guid NewGuid() => throw new NotSupportedException();

        public override PropagatedHistory? GetPropagatedHistory() => null;
    }
}
