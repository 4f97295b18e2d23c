using Dapr.Workflow;
using Microsoft.Extensions.Logging;
using static DaprShop.Workflow.Tests.Engine.Past;

namespace DaprShop.Workflow.Tests.Engine;

public sealed class ReplayFlagTests
{
    [Fact]
    public void Only_what_is_new_is_not_replay_and_only_that_is_logged()
    {
        var flags = new List<bool>();
        using var log = new ListLogger();
        Replayed.Run<object?, object?>(
            async (context, _) =>
            {
                ILogger[] loggers =
                [
                    context.CreateReplaySafeLogger("c"),
                    context.CreateReplaySafeLogger(context.GetType()),
                    context.CreateReplaySafeLogger<string>(),
                ];
                Note("first");
                await context.CallActivityAsync("A");
                Note("second");
                await context.CallActivityAsync("B");
                Note("third");
                return null;

                void Note(string text)
                {
                    flags.Add(context.IsReplaying);
                    foreach (var logger in loggers)
                        logger.Log(LogLevel.Information, default, text, null, (state, _) => state);
                }
            },
            [Turn(), Begun(), Scheduled(0, "A"), Turn(1), Completed(0), Scheduled(1, "B")],
            [Turn(2), Completed(1)],
            loggers: log
        );

        flags.Should().Equal(true, true, false);
        log.Lines.Should().Equal("third", "third", "third");
    }

    private sealed class ListLogger : ILoggerFactory, ILogger
    {
        public List<string> Lines { get; } = [];

        public ILogger CreateLogger(string categoryName) => this;

        public void AddProvider(ILoggerProvider provider) { }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => Lines.Add(formatter(state, exception));

        public void Dispose() { }
    }
}
