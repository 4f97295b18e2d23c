using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Infrastructure;

/// <summary>Lets every service bring its database up to date: its program, run as <c>migrate</c> with the owner's connection string.</summary>
internal sealed class Migrations(ShopFolder shop, DaprFile file)
{
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    public Task RunAsync(CancellationToken cancel)
    {
        var owner = SecretFile.Read(shop.Owner);
        return Task.WhenAll(
            file.Apps.Where(app => Provisioner.Services.Contains(app.Id))
                .Select(app => MigrateAsync(app, owner[app.Id], cancel))
        );
    }

    /// <summary>One service's migrations, of the database that the owner's connection string names.</summary>
    public static async Task MigrateAsync(DaprApp app, string connectionString, CancellationToken cancel)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancel);
        limit.CancelAfter(Limit);
        var spec = new ProcessSpec(app.Id, app.Command[0], [.. app.Command.Skip(1), "migrate"])
        {
            WorkingDirectory = app.Folder,
            LogFile = "",
            Environment = new Dictionary<string, string>(app.Environment)
            {
                ["ConnectionStrings__owner"] = connectionString,
            },
        };
        try
        {
            var (exitCode, output) = await Launch.RunAsync(spec, limit.Token);
            if (exitCode != 0)
                throw new ShopException(
                    $"The database of {app.Id} could not be migrated (exit code {exitCode}):{Environment.NewLine}{output}"
                );
        }
        catch (OperationCanceledException) when (!cancel.IsCancellationRequested)
        {
            throw new ShopException(
                $"`{app.Id} migrate` did not end within {Limit.TotalMinutes:0} minutes: is the database locked by somebody?"
            );
        }
    }
}
