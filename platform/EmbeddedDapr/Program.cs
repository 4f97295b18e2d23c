using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;

if (args is not ["--file", var file])
{
    Console.Error.WriteLine(
        "Usage: EmbeddedDapr --file dapr.yaml, with EMBEDDED_DAPR_POSTGRES set to the connection string of the runtime's own database."
    );
    return 2;
}

try
{
    var database = Environment.GetEnvironmentVariable("EMBEDDED_DAPR_POSTGRES")
        ?? throw new RunFileException(
            "EMBEDDED_DAPR_POSTGRES is not set: the connection string of the runtime's own database."
        );
    await using var runtime = await Runtime.BuildAsync(
        RunFile.Load(file, Environment.GetEnvironmentVariable),
        database
    );
    await runtime.RunAsync();
    return 0;
}
catch (RunFileException wrong)
{
    Console.Error.WriteLine(wrong.Message);
    return 1;
}
