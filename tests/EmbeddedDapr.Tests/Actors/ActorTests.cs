using System.Net;
using System.Text;
using Dapr.Actors;
using DaprShop.TestKit;
using DaprShop.Workflow.Tests.Runtime;

namespace EmbeddedDapr.Tests.Actors;

public sealed class ActorTests
{
    [Fact]
    public async Task Calls_to_one_actor_do_not_interleave()
    {
        await using var office = await Office.OpenAsync(replicas: 2);
        await Task.WhenAll(Enumerable.Range(0, 30).Select(_ => office.Clerk("busy").AddAsync(1)));

        (await office.Clerk("busy").TotalAsync()).Should().Be(30);
        office.Diary.MostInside.Should().Be(1);
        office.Diary.Count("activated busy").Should().Be(1);
    }

    [Fact]
    public async Task Calls_to_different_actors_run_concurrently()
    {
        await using var office = await Office.OpenAsync();
        await Task.WhenAll(Enumerable.Range(0, 30).Select(i => office.Clerk($"{i}").AddAsync(1)));
        office.Diary.MostInside.Should().BeGreaterThan(1);
    }

    [Fact]
    public async Task State_survives_restarts_of_the_runtime_and_the_app()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").AddAsync(5);
        await office.StopRuntimeAsync();
        await office.StopAppAsync();
        await office.StartAppAsync();
        await office.StartRuntimeAsync();

        (await office.Clerk("a").AddAsync(2)).Should().Be(7);
    }

    [Fact]
    public async Task State_expires_after_its_time_to_live()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").RememberAsync("word", seconds: 8);
        (await office.Clerk("a").RecallAsync()).Should().Be("word");
        await Wait.UntilAsync(async () => await office.Clerk("a").RecallAsync() is null, "the word is forgotten");
    }

    [Fact]
    public async Task The_caller_gets_the_failure()
    {
        await using var office = await Office.OpenAsync();
        var call = () => office.Clerk("a").FailAsync("no such form");
        (await call.Should().ThrowAsync<ActorMethodInvocationException>())
            .WithInnerException<ActorInvokeException>()
            .WithMessage("*no such form*");
    }

    [Fact]
    public async Task A_call_fails_while_the_app_is_unreachable_and_succeeds_after_its_restart()
    {
        await using var office = await Office.OpenAsync();
        await office.Clerk("a").AddAsync(1);
        await office.StopAppAsync();

        using var rejected = await office.Http.PutAsync(
            new Uri(office.Sidecar, "/v1.0/actors/Clerk/a/method/TotalAsync"),
            null
        );
        rejected.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        (await rejected.Content.ReadAsStringAsync())
            .Should()
            .Contain("ERR_ACTOR_INVOKE_METHOD")
            .And.Contain("no reachable app hosts the type Clerk");

        await office.StartAppAsync();
        (await office.Clerk("a").AddAsync(1)).Should().Be(2);
    }

    [Fact]
    public async Task An_actor_moves_when_its_replica_is_unreachable()
    {
        await using var office = await Office.OpenAsync(replicas: 2);
        for (var i = 0; i < 4; i++)
            await office.Clerk($"{i}").AddAsync(1);
        await office.StopAppAsync(1);
        for (var i = 0; i < 4; i++)
            (await office.Clerk($"{i}").AddAsync(1)).Should().Be(2);
    }

    [Fact]
    public async Task A_restarted_app_may_host_more_actor_types()
    {
        await using var office = await Office.OpenAsync();
        await using (await office.StartNeighbourAsync("""{"entities":[]}"""))
        {
            using var before = await office.CallAsync("Odd");
            before.StatusCode.Should().Be(HttpStatusCode.InternalServerError);
        }

        await using var neighbour = await office.StartNeighbourAsync("""{"entities":["Odd"]}""");
        using var after = await office.CallAsync("Odd");
        after.StatusCode.Should().Be(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Only_the_replica_of_an_active_actor_may_change_its_state()
    {
        await using var office = await Office.OpenAsync();
        using var body = new StringContent(
            """[{"operation":"upsert","request":{"key":"total","value":9}}]""",
            Encoding.UTF8,
            "application/json"
        );
        using var rejected = await office.Http.PostAsync(
            new Uri(office.Sidecar, "/v1.0/actors/Clerk/stranger/state"),
            body
        );
        rejected.StatusCode.Should().Be(HttpStatusCode.BadRequest);
        (await office.Clerk("stranger").TotalAsync()).Should().Be(0);
    }

    [Fact]
    public async Task An_idle_actor_is_deactivated_and_activated_again()
    {
        await using var office = await Office.OpenAsync(idle: TimeSpan.FromSeconds(1));
        await office.Clerk("a").AddAsync(1);
        await Wait.UntilAsync(() => office.Diary.Count("deactivated a") == 1, "the actor is deactivated");
        (await office.Clerk("a").AddAsync(1)).Should().Be(2);
        office.Diary.Count("activated a").Should().Be(2);
    }
}
