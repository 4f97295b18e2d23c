using EmbeddedDapr;
using EmbeddedDapr.Resources;
using EmbeddedDapr.RunFiles;

if (args is not ["--file", var file])
{
    Console.Error.WriteLine(
        "Usage: EmbeddedDapr --file dapr.yaml; "
            + "EMBEDDED_DAPR_POSTGRES must hold the connection string of the runtime's own database."
    );
    return 2;
}

try
{
    var database = Environment.GetEnvironmentVariable("EMBEDDED_DAPR_POSTGRES")
        ?? throw new RunFileException(
            "EMBEDDED_DAPR_POSTGRES is not set; it must hold the connection string of the runtime's own database."
        );
    await using var runtime = await RuntimeHost.BuildAsync(
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
