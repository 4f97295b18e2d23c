using System.CommandLine;
using DaprShop.Shop.Commands;
using DaprShop.Shop.Infrastructure;

var root = new RootCommand("DaprShop on this machine: start it, look at it, try it, end it.")
{
    Up.Create(),
    Down.Create(),
    Status.Create(),
    Logs.Create(),
    Test.Create(),
    Token.Create(),
    Infra.Create(),
    Import.Create(),
    Audit.Create(),
    History.Create(),
    BenchCommand.Create(),
};

try
{
    // Ctrl-C and SIGTERM cancel; ending a whole shop politely takes longer than the library's two seconds.
    return await root.Parse(args)
        .InvokeAsync(
            new() { EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = TimeSpan.FromMinutes(2) }
        );
}
catch (ShopException failure)
{
    await Console.Error.WriteLineAsync(failure.Message);
    return failure.ExitCode;
}
catch (OperationCanceledException)
{
    return 130;
}
