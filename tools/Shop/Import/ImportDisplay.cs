using System.Globalization;
using Spectre.Console;

namespace DaprShop.Shop.Import;

/// <summary>Shows an import to people: a moving line on a terminal, a line per stage elsewhere, and the table at the end.</summary>
internal sealed class ImportDisplay : IImportProgress
{
    private readonly StatusContext? _status;
    private string _stage = "";
    private int _of;

    private ImportDisplay(StatusContext? status) => _status = status;

    public static IImportProgress Silent { get; } = new Nothing();

    public static Task<T> RunAsync<T>(Func<IImportProgress, Task<T>> work) =>
        Console.IsOutputRedirected
            ? work(new ImportDisplay(null))
            : AnsiConsole
                .Status()
                .Spinner(Spinner.Known.Dots)
                .StartAsync("…", status => work(new ImportDisplay(status)));

    public void Stage(string what, int of)
    {
        (_stage, _of) = (what, of);
        if (_status is null)
            Console.WriteLine(of == 0 ? $"{what}…" : $"{what}: {Number(of)}");
        else
            Show(what + "…");
    }

    public void Done(int count) => Show($"{_stage}: {Number(count)} of {Number(_of)}");

    public void Orders(int accepted, int settled, double perSecond) =>
        Show(
            $"{_stage}: {Number(accepted)} of {Number(_of)} accepted, {Number(settled)} settled, backlog {Number(accepted - settled)}, {perSecond:0} orders/s"
        );

    public static void Print(ImportResult result)
    {
        var console = AnsiConsole.Console;
        if (Console.IsOutputRedirected)
            console.Profile.Width = 140;
        var table = new Table().Border(TableBorder.Rounded).AddColumn("figure");
        foreach (var column in new[] { "expected", "got", "difference" })
            table.AddColumn(new TableColumn(column).RightAligned());
        foreach (var figure in result.Figures)
            table.AddRow(
                figure.Name,
                Number(figure.Expected),
                Number(figure.Got),
                figure.Difference == 0 ? "[green]0[/]" : $"[red]{Number(figure.Difference)}[/]"
            );
        console.Write(table);
        console.WriteLine(
            $"{Number(result.Orders)} orders in {result.Seconds:0.0} s: {result.OrdersPerSecond:0} orders/s. "
                + $"{Number(result.Repeated)} requests were repeated; the import's memory peaked at {result.PeakMemoryMb} MB."
        );
        if (result.CpuMsPerOrder.Count > 0)
            console.WriteLine(
                $"CPU per order: {result.CpuMsPerOrder.Values.Sum():0.0} ms ({string.Join(", ", result.CpuMsPerOrder.Take(8).Select(p => $"{p.Key} {p.Value:0.0}"))}, …)."
            );
        console.WriteLine(
            result.Reconciled ? "Reconciled: every figure agrees." : "NOT reconciled: see the differences above."
        );
    }

    private void Show(string text) => _status?.Status(Markup.Escape(text));

    private static string Number(decimal number) => number.ToString("#,0.####", CultureInfo.InvariantCulture);

    private sealed class Nothing : IImportProgress
    {
        public void Stage(string what, int of) { }

        public void Done(int count) { }

        public void Orders(int accepted, int settled, double perSecond) { }
    }
}
