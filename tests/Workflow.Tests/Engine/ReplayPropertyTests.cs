using CsCheck;
using Dapr.Workflow;
using Dapr.Workflow.Protocol;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

/// <summary>Random workflows, their answers arriving in random order: wherever the past ends, replaying it repeats it.</summary>
public sealed class ReplayPropertyTests
{
    /// <summary>A workflow made of rounds; each round awaits so many activities, timers and children at once, all of them or any of them.</summary>
    private sealed record Round(int Activities, int Timers, int Children, bool Any);

    private static readonly Gen<Round[]> Rounds = Gen.Select(Gen.Int[0, 3], Gen.Int[0, 2], Gen.Int[0, 2], Gen.Bool)
        .Select(
            (activities, timers, children, any) =>
                new Round(activities, timers, children, any && activities + timers + children > 0)
        )
        .Array[1, 5];

    [Fact]
    public void A_replay_takes_no_recorded_action_again_and_ends_alike() =>
        Gen.Select(Rounds, Gen.Int)
            .Sample(
                (rounds, seed) =>
                {
                    var random = new Random(seed);
                    List<HistoryEvent> past = [],
                        news = [Turn(), Begun()];
                    List<HistoryEvent> answers = [];
                    var trace = new List<string>();
                    for (var turn = 1; ; turn++)
                    {
                        trace.Clear();
                        var response = Replayed.Run<object?, string>(
                            (context, _) => Play(context, rounds, trace),
                            [.. past],
                            [.. news]
                        );
                        Replayed
                            .Run<object?, string>((context, _) => Play(context, rounds, []), [.. past, .. news], [])
                            .Should()
                            .Be(response, "what was new a moment ago is past now, and must lead to the same actions");

                        if (response.End() is { } end)
                        {
                            end.WorkflowStatus.Should().Be(WorkflowStatus.Completed, end.FailureDetails?.ErrorMessage);
                            trace.Should().HaveCount(rounds.Length);
                            return;
                        }

                        past.AddRange(news);
                        foreach (var action in response.Actions)
                        {
                            past.Should().NotContain(e => e.EventId == action.Id, "it is recorded");
                            past.Add(Record(action));
                            answers.Add(AnswerTo(action));
                        }

                        news = [Turn(turn)];
                        for (var count = random.Next(1, 3); count > 0 && answers.Count > 0; count--)
                        {
                            var next = random.Next(answers.Count);
                            news.Add(answers[next]);
                            answers.RemoveAt(next);
                        }
                    }
                },
                iter: 300
            );

    private static async Task<string> Play(WorkflowContext context, Round[] rounds, List<string> trace)
    {
        foreach (var round in rounds)
        {
            var tasks = new List<Task>();
            for (var i = 0; i < round.Activities; i++)
                tasks.Add(context.CallActivityAsync<int>($"A{i}", i));
            for (var i = 0; i < round.Timers; i++)
                tasks.Add(context.CreateTimer(TimeSpan.FromSeconds(i)));
            for (var i = 0; i < round.Children; i++)
                tasks.Add(context.CallChildWorkflowAsync<int>($"C{i}", i));
            await (round.Any ? Task.WhenAny(tasks) : Task.WhenAll(tasks));
            trace.Add(
                $"{tasks.FindIndex(task => task.IsCompleted)} {context.NewGuid()} {context.CurrentUtcDateTime:O}"
            );
        }

        return string.Join('\n', trace);
    }

    private static HistoryEvent Record(WorkflowAction action) =>
        action.WorkflowActionTypeCase switch
        {
            WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => Scheduled(action.Id, action.ScheduleTask.Name),
            WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer => TimerSet(action.Id),
            _ => ChildCreated(action.Id, action.CreateChildWorkflow.Name),
        };

    private static HistoryEvent AnswerTo(WorkflowAction action) =>
        action.WorkflowActionTypeCase switch
        {
            WorkflowAction.WorkflowActionTypeOneofCase.ScheduleTask => Completed(action.Id, "1"),
            WorkflowAction.WorkflowActionTypeOneofCase.CreateTimer => Fired(action.Id),
            _ => ChildCompleted(action.Id, "1"),
        };
}
