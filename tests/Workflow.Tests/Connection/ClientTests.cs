using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using Dapr.Workflow.Worker;
using DaprShop.Workflow.Tests.Runtime;
using Grpc.Core;
using Microsoft.Extensions.Configuration;

namespace DaprShop.Workflow.Tests.Connection;

public sealed class ClientTests : IAsyncLifetime
{
    private FakeSidecar _sidecar = null!;
    private WorkerHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _sidecar = await FakeSidecar.StartAsync();
        _host = await WorkerHost.StartAsync(_sidecar.Port, _ => { });
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _sidecar.DisposeAsync();
    }

    [Fact]
    public async Task An_id_that_is_active_counts_as_started()
    {
        Fail("StartInstance", StatusCode.AlreadyExists);

        (await _host.Client.ScheduleNewWorkflowAsync("W", "me")).Should().Be("me");
    }

    [Fact]
    public async Task Another_refusal_does_not()
    {
        Fail("StartInstance", StatusCode.Internal);

        await FluentActions
            .Awaiting(() => _host.Client.ScheduleNewWorkflowAsync("W", "me"))
            .Should()
            .ThrowAsync<RpcException>();
    }

    [Fact]
    public async Task A_start_that_nobody_takes_up_ends_after_its_deadline()
    {
        using var never = new SemaphoreSlim(0);
        _sidecar.Answer = async method =>
        {
            if (method == "StartInstance")
                await never.WaitAsync(TimeSpan.FromSeconds(20));
            return null;
        };
        var start = TimeProvider.System.GetTimestamp();

        await FluentActions
            .Awaiting(() => _host.Client.ScheduleNewWorkflowAsync("W", "me"))
            .Should()
            .ThrowAsync<TimeoutException>();

        TimeProvider.System.GetElapsedTime(start).Should().BeCloseTo(TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(2));
        never.Release(10);
    }

    [Fact]
    public async Task A_new_workflow_gets_a_new_id() =>
        (await _host.Client.ScheduleNewWorkflowAsync("W"))
            .Should()
            .NotBe(await _host.Client.ScheduleNewWorkflowAsync("W"))
            .And.HaveLength(32);

    [Theory]
    [InlineData(StatusCode.Unavailable)]
    [InlineData(StatusCode.FailedPrecondition)]
    [InlineData(StatusCode.Unknown)]
    [InlineData(StatusCode.DeadlineExceeded)]
    public async Task A_wait_outlives_what_passes(StatusCode status)
    {
        var rounds = 0;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(
                method is "WaitForInstanceCompletion" && Interlocked.Increment(ref rounds) <= 2 ? status : null
            );
        _sidecar.Instance = new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new() { WorkflowStatus = WorkflowStatus.Running },
        };

        var wait = _host.Client.WaitForWorkflowCompletionAsync("me");
        await Until.TrueAsync(() => Volatile.Read(ref rounds) >= 3, "a third round");
        _sidecar.Instance = new GetInstanceResponse
        {
            Exists = true,
            WorkflowState = new() { WorkflowStatus = WorkflowStatus.Completed },
        };

        (await wait).RuntimeStatus.Should().Be(WorkflowRuntimeStatus.Completed);
    }

    [Fact]
    public async Task A_wait_that_is_refused_for_good_says_so()
    {
        Fail("WaitForInstanceCompletion", StatusCode.PermissionDenied);

        await FluentActions
            .Awaiting(() => _host.Client.WaitForWorkflowCompletionAsync("me"))
            .Should()
            .ThrowAsync<RpcException>();
    }

    [Fact]
    public async Task A_state_is_read_again_when_a_turns_save_came_in_between()
    {
        var reads = 0;
        _sidecar.Answer = method =>
            Task.FromResult<StatusCode?>(
                method == "GetInstance" && Interlocked.Increment(ref reads) == 1 ? StatusCode.Unknown : null
            );

        (await _host.Client.GetWorkflowStateAsync("me")).Should().BeNull();
        reads.Should().Be(2);
    }

    [Theory]
    [InlineData(null, null, "http://127.0.0.1:50001")]
    [InlineData(null, "50010", "http://127.0.0.1:50010")]
    [InlineData("https://dapr:443", "50010", "https://dapr:443")]
    [InlineData("dapr:50001", null, "http://dapr:50001")]
    public void The_address_comes_from_the_settings(string? endpoint, string? port, string address)
    {
        var settings = new Dictionary<string, string?> { ["DAPR_GRPC_ENDPOINT"] = endpoint, ["DAPR_GRPC_PORT"] = port };

        Sidecar.AddressFrom(new ConfigurationBuilder().AddInMemoryCollection(settings).Build()).Should().Be(address);
    }

    private void Fail(string what, StatusCode status) =>
        _sidecar.Answer = method => Task.FromResult<StatusCode?>(method == what ? status : null);
}
