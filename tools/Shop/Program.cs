using System.CommandLine;
using DaprShop.Shop;
using DaprShop.Shop.Commands;

var root = new RootCommand("Run DaprShop on this machine: start it, inspect it, test it, stop it.")
{
    UpCommand.Create(),
    DownCommand.Create(),
    StatusCommand.Create(),
    LogsCommand.Create(),
    TestCommand.Create(),
    TokenCommand.Create(),
    InfraCommand.Create(),
    ImportCommand.Create(),
    AuditCommand.Create(),
    HistoryCommand.Create(),
    BenchCommand.Create(),
};

try
{
    // Ctrl-C and SIGTERM cancel. Stopping a whole shop in order takes longer than the library's default of two seconds.
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
catch (Exception failure) when (DiskSpace.IsExhausted(failure) || failure is UnauthorizedAccessException)
{
    await Console.Error.WriteLineAsync(
        DiskSpace.IsExhausted(failure) ? $"The disk is full: {failure.Message}" : failure.Message
    );
    return 1;
}
catch (OperationCanceledException)
{
    return 130;
}
