using Dapr.Workflow;
using Dapr.Workflow.Replay;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class IdentityTests
{
    private static async Task<Guid[]> Ids(WorkflowContext context, object? _)
    {
        var first = context.NewGuid();
        await context.CallActivityAsync("A");
        return [first, context.NewGuid()];
    }

    [Fact]
    public void New_ids_are_the_same_in_every_replay_and_differ_from_each_other()
    {
        var once = Run();
        Run().Should().Be(once);
        Run(instance: "another").Should().NotBe(once);
        Run(started: 1).Should().NotBe(once, "a later run of the same instance must not repeat them");

        static string Run(string instance = "id", double started = 0) =>
            Replayed
                .Run<object?, Guid[]>(
                    Ids,
                    [Turn(), Begun(seconds: started), Scheduled(0, "A")],
                    [Turn(1), Completed(0)],
                    instance
                )
                .End()!
                .Result;
    }

    [Fact]
    public void The_ids_of_one_run_differ()
    {
        var ids = Replayed
            .Run<object?, Guid[]>(Ids, [Turn(), Begun(), Scheduled(0, "A")], [Turn(1), Completed(0)])
            .End()!
            .Result;

        System.Text.Json.JsonSerializer.Deserialize<Guid[]>(ids).Should().OnlyHaveUniqueItems();
    }

    [Fact]
    public void Name_based_ids_follow_the_standard() =>
        // RFC 9562, appendix A.4: version 5 of "www.example.com" in the DNS namespace.
        DeterministicGuid
            .From(new Guid("6ba7b810-9dad-11d1-80b4-00c04fd430c8"), "www.example.com")
            .Should()
            .Be(new Guid("2ed6657d-e927-568b-95e1-2665a8aea6a2"));

    [Fact]
    public void Long_names_make_ids_too() =>
        DeterministicGuid.From(new string('x', 1000)).Should().NotBe(DeterministicGuid.From(new string('x', 1001)));

    [Fact]
    public void Calls_have_keys_of_their_own()
    {
        static Task Both(WorkflowContext context) =>
            Task.WhenAll(context.CallActivityAsync("A"), context.CallActivityAsync("A"));

        var keys = Replayed
            .Run(Both, [], [Turn(), Begun()])
            .Actions.Concat(Replayed.Run(Both, [], [Turn(), Begun(seconds: 1)]).Actions)
            .Select(action => action.ScheduleTask.TaskExecutionId);
        keys.Should()
            .HaveCount(4)
            .And.OnlyHaveUniqueItems("the next run of the instance is another one")
            .And.NotContain("");
    }
}
