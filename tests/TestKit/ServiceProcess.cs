using System.Diagnostics;

namespace DaprShop.TestKit;

/// <summary>
/// A service in a process of its own. A host in this process cannot show why it did not start: whoever asks it for its
/// services may find them disposed of already.
/// </summary>
public static class ServiceProcess
{
    /// <summary>Starts a service that must stop at its start.</summary>
    /// <returns>What it wrote to its output.</returns>
    public static async Task<string> FailsToStartAsync<TProgram>(
        string connectionString,
        params (string Key, string Value)[] settings
    )
    {
        var start = new ProcessStartInfo("dotnet", [typeof(TProgram).Assembly.Location])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A shop may be running on this machine: its sidecars are none of the tests' business.
        start.Environment["DAPR_HTTP_ENDPOINT"] = start.Environment["DAPR_GRPC_ENDPOINT"] = "http://127.0.0.1:9";
        start.Environment["ASPNETCORE_URLS"] = "http://127.0.0.1:0";
        foreach (
            var (key, value) in settings
                .Append((ServiceDefaults.ConfigurationKeys.Database, connectionString))
                .Append((ServiceDefaults.ConfigurationKeys.JwtKey, Tokens.Key))
        )
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        using var process = Process.Start(start)!;
        using var deadline = new CancellationTokenSource(Wait.Timeout);
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(deadline.Token);
            var errors = process.StandardError.ReadToEndAsync(deadline.Token);
            await process.WaitForExitAsync(deadline.Token);
            if (process.ExitCode == 0)
                throw new InvalidOperationException("The service ended as if nothing had failed: " + await output);
            return await output + await errors;
        }
        finally
        {
            if (!process.HasExited)
                process.Kill(entireProcessTree: true);
        }
    }
}
