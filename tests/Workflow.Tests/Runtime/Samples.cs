using System.Collections.Concurrent;
using Dapr.Workflow;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.Workflow.Tests.Runtime;

/// <summary>The workflows that the tests run. Classes register themselves; lambdas are registered here.</summary>
internal static class Samples
{
    public static void AddServices(IServiceCollection services) =>
        services.AddSingleton<Attempts>().AddScoped<Scoped>();

    public static void Register(WorkflowRuntimeOptions options)
    {
        options.RegisterActivity<string, object?>("Throw", (_, message) =>
            throw new InvalidOperationException(message)
        );

        options.RegisterWorkflow<string, string[]>("RetryThrice", (context, _) =>
            context.CallActivityAsync<string[]>(
                nameof(FailTwiceActivity),
                context.InstanceId,
                new WorkflowTaskOptions(new WorkflowRetryPolicy(3, TimeSpan.FromMilliseconds(100)))
            )
        );
        options.RegisterActivity<object?, string>("Trace", (_, _) =>
            Task.FromResult($"{System.Diagnostics.Activity.Current?.TraceId}")
        );
        options.RegisterWorkflow<object?, string>("Trace", (context, _) => context.CallActivityAsync<string>("Trace"));
        options.RegisterActivity<int, string>("Large", (_, size) => Task.FromResult(new string('x', size)));
        options.RegisterWorkflow<int, int>("Large", async (context, size) =>
            (await context.CallActivityAsync<string>("Large", size)).Length
        );
        options.RegisterWorkflow<string, object?>("Fails", (context, message) =>
            context.CallActivityAsync<object?>("Throw", message)
        );
        options.RegisterWorkflow<double, double>("Sleep", async (context, seconds) =>
        {
            var began = context.CurrentUtcDateTime;
            await context.CreateTimer(TimeSpan.FromSeconds(seconds));
            return (context.CurrentUtcDateTime - began).TotalSeconds;
        });
        options.RegisterWorkflow<string, string>("Wait", async (context, status) =>
        {
            context.SetCustomStatus(status);
            return "got " + await context.WaitForExternalEventAsync<string>("Go");
        });
        options.RegisterWorkflow<double, string>("WaitAtMost", async (context, seconds) =>
        {
            try
            {
                return await context.WaitForExternalEventAsync<string>("Go", TimeSpan.FromSeconds(seconds));
            }
            catch (TaskCanceledException)
            {
                return "too late";
            }
        });
        options.RegisterWorkflow<string, string>("Parent", async (context, input) =>
        {
            var children = await Task.WhenAll(
                context.CallChildWorkflowAsync<string>(nameof(GreetWorkflow), input),
                context.CallChildWorkflowAsync<string>(nameof(GreetWorkflow), input + "2")
            );
            try
            {
                await context.CallChildWorkflowAsync("Fails", "as it must");
                return "the failure got lost";
            }
            catch (WorkflowTaskFailedException e)
            {
                return $"{string.Join(',', children)} {e.FailureDetails.ErrorMessage}";
            }
        });
        options.RegisterWorkflow<int, int>("CountDown", async (context, left) =>
        {
            context.SetCustomStatus(left);
            var step = await context.WaitForExternalEventAsync<int>("Step");
            if (left - step > 0)
                context.ContinueAsNew(left - step);
            return left - step;
        });
        options.RegisterWorkflow<object?, Guid[]>("Ids", async (context, _) =>
        {
            var first = context.NewGuid();
            await context.CreateTimer(TimeSpan.FromMilliseconds(10));
            return [first, context.NewGuid()];
        });
    }

    internal sealed class Attempts
    {
        public ConcurrentDictionary<string, ConcurrentQueue<string>> Keys { get; } = new();
    }

    internal sealed class Scoped : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    internal sealed class GreetWorkflow : Workflow<string, string>
    {
        public override async Task<string> RunAsync(WorkflowContext context, string input)
        {
            var text = await context.CallActivityAsync<string>(nameof(AppendActivity), $"{input}:1");
            text = await context.CallActivityAsync<string>(nameof(AppendActivity), $"{text}2");
            return await context.CallActivityAsync<string>(nameof(AppendActivity), $"{text}3");
        }
    }

    internal sealed class AppendActivity(Scoped scoped) : WorkflowActivity<string, string>
    {
        public override async Task<string> RunAsync(WorkflowActivityContext context, string input)
        {
            await Task.Yield();
            ObjectDisposedException.ThrowIf(scoped.IsDisposed, scoped);
            return input + "-";
        }
    }

    internal sealed class FailTwiceActivity(Attempts attempts) : WorkflowActivity<string, string[]>
    {
        public override Task<string[]> RunAsync(WorkflowActivityContext context, string input)
        {
            var keys = attempts.Keys.GetOrAdd(input, _ => new());
            keys.Enqueue(context.TaskExecutionKey);
            return keys.Count < 3 ? throw new TimeoutException("not yet") : Task.FromResult(keys.ToArray());
        }
    }
}
