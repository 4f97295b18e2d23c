using System.Diagnostics;
using System.Globalization;
using Spectre.Console;

namespace DaprShop.Shop.Import;

/// <summary>
/// Shows an import: a progress line on a terminal, else a line per stage; and the table of figures at the end.
/// </summary>
internal sealed class ImportProgressDisplay : IImportProgress
{
    private static readonly TimeSpan TellAgainAfter = TimeSpan.FromSeconds(20);
    private readonly StatusContext? _status;
    private readonly WaitingLog _log = new();
    private string _stage = "";
    private int _total;

    private ImportProgressDisplay(StatusContext? status) => _status = status;

    public static IImportProgress Silent { get; } = new SilentProgress();

    public static Task<T> RunAsync<T>(Func<IImportProgress, Task<T>> work) =>
        Console.IsOutputRedirected
            ? work(new ImportProgressDisplay(null))
            : AnsiConsole
                .Status()
                .Spinner(Spinner.Known.Dots)
                .StartAsync("…", status => work(new ImportProgressDisplay(status)));

    public void Stage(string name, int total)
    {
        (_stage, _total) = (name, total);
        if (_status is null)
            Console.WriteLine(total == 0 ? $"{name}…" : $"{name}: {Number(total)}");
        else
            Show(name + "…");
    }

    public void Done(int count) => Show($"{_stage}: {Number(count)} of {Number(_total)}");

    public void Orders(int accepted, int settled, double perSecond) =>
        Show(
            $"{_stage}: {Number(accepted)} of {Number(_total)} accepted, {Number(settled)} settled, "
                + $"backlog {Number(accepted - settled)}, {perSecond:0} orders/s"
        );

    public void Waiting(IReadOnlyDictionary<string, int> byStatus)
    {
        Show(WaitingText(byStatus));
        if (_status is null)
            _log.Tell(WaitingText(byStatus), Console.Out);
    }

    /// <summary>Which of the import's orders have not settled.</summary>
    internal static string WaitingText(IReadOnlyDictionary<string, int> byStatus) =>
        $"waiting for {Number(byStatus.Values.Sum())} orders of the import to settle ("
        + string.Join(", ", byStatus.OrderBy(s => s.Key).Select(s => $"{Number(s.Value)} {s.Key}"))
        + ")…";

    public static void Print(ImportResult result)
    {
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure");
        foreach (var column in new[] { "expected", "actual", "difference" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var figure in result.Figures)
            table.AddRow(
                figure.Name,
                Number(figure.Expected),
                Number(figure.Actual),
                figure.Difference == 0 ? "[green]0[/]" : $"[red]{Number(figure.Difference)}[/]"
            );
        ConsoleTable.Write(table);
        Console.WriteLine(
            $"{Number(result.Orders)} orders in {result.Seconds:0.0} s: {result.OrdersPerSecond:0} orders/s. "
                + $"Repeated requests: {Number(result.Repeated)}. Peak memory of the import: {result.PeakMemoryMb} MB."
        );
        if (result.CpuMsPerOrder.Count > 0)
        {
            var highest = result.CpuMsPerOrder.Take(8).Select(p => $"{p.Key} {p.Value:0.0}");
            Console.WriteLine(
                $"CPU per order: {result.CpuMsPerOrder.Values.Sum():0.0} ms ({string.Join(", ", highest)}, …)."
            );
        }
        Console.WriteLine(
            result.Reconciled ? "Reconciled: every figure matches." : "NOT reconciled: see the differences above."
        );
    }

    private void Show(string text) => _status?.Status(Markup.Escape(text));

    private static string Number(decimal number) => number.ToString("#,0.####", CultureInfo.InvariantCulture);

    private sealed class SilentProgress : IImportProgress
    {
        private readonly WaitingLog _log = new();

        public void Stage(string name, int total) { }

        public void Done(int count) { }

        public void Orders(int accepted, int settled, double perSecond) { }

        // Standard output has the result and nothing else.
        public void Waiting(IReadOnlyDictionary<string, int> byStatus) =>
            _log.Tell(WaitingText(byStatus), Console.Error);
    }

    /// <summary>A log gets a line now and then, so that it shows what a long wait is for.</summary>
    private sealed class WaitingLog
    {
        private readonly Stopwatch _told = Stopwatch.StartNew();

        public void Tell(string text, TextWriter log)
        {
            if (_told.Elapsed < TellAgainAfter)
                return;
            log.WriteLine(text);
            _told.Restart();
        }
    }
}
