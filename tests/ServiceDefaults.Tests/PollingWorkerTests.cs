using DaprShop.TestKit;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace DaprShop.ServiceDefaults.Tests;

public sealed class PollingWorkerTests
{
    [Fact]
    public async Task A_worker_whose_first_pass_waits_begins_at_once_and_again_only_where_it_failed()
    {
        var time = new FakeTimeProvider();
        using var worker = new Worker(time);
        await worker.StartAsync(TestContext.Current.CancellationToken);
        await Wait.UntilAsync(() => worker.Begun == 1, "it has tried to begin");
        worker.Passes.Should().Be(0);

        await Wait.UntilAsync(
            () =>
            {
                time.Advance(TimeSpan.FromSeconds(1));
                return worker.Passes >= 3;
            },
            "passes follow"
        );
        await worker.StopAsync(CancellationToken.None);

        worker.Begun.Should().Be(2, "the first time failed");
    }

    private sealed class Worker(TimeProvider time)
        : PollingWorker(TimeSpan.FromSeconds(1), time, NullLogger.Instance, waitFirst: true)
    {
        private volatile int _begun;
        private volatile int _passes;

        public int Begun => _begun;

        public int Passes => _passes;

        protected override Task BeginAsync(CancellationToken cancellationToken) =>
            ++_begun == 1 ? Task.FromException(new TimeoutException("away")) : Task.CompletedTask;

        protected override Task<bool> RunOnceAsync(CancellationToken cancellationToken)
        {
            _passes++;
            return Task.FromResult(false);
        }
    }
}
