using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Postgres;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>The servers the shop stands on: somebody else's where there are any, else private ones that the supervisor keeps running.</summary>
internal sealed class Servers(ShopFolder shop, Supervisor supervisor, DaprBinaries dapr)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>An administrator's connection string.</summary>
    public string PostgresAdmin { get; private set; } = "";

    public string RedisAddress { get; private set; } = "";

    public async Task PostgresAsync(CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable("SHOP_POSTGRES") is { Length: > 0 } given)
        {
            if (await PostgresReadiness.ProblemAsync(given, cancel) is { } problem)
                throw new ShopException($"The PostgreSQL of SHOP_POSTGRES does not answer: {problem}. Correct the variable, or unset it to let the shop run its own.");
            PostgresAdmin = given;
            External("postgres", new Npgsql.NpgsqlConnectionStringBuilder(given) is { } at ? $"{at.Host}:{at.Port}" : given);
            return;
        }
        var cluster = new PostgresCluster(PostgresFolder.Of(shop), shop.LogOf("postgres"), PostgresBinaries.Find());
        await cluster.InitialiseAsync(cancel);
        var port = FreePort.Prefer(PostgresFolder.UsualPort);
        var unit = Keep(await cluster.ServerAsync(port, cancel), port);
        PostgresAdmin = cluster.AdminConnectionString(port);
        await AnswersAsync(unit, () => PostgresReadiness.ProblemAsync(PostgresAdmin, cancel), cancel);
    }

    public async Task RedisAsync(CancellationToken cancel)
    {
        if (Environment.GetEnvironmentVariable("SHOP_REDIS") is { Length: > 0 } given)
        {
            if (await RedisServer.ProblemAsync(given, cancel) is { } problem)
                throw new ShopException($"The Redis of SHOP_REDIS ({given}) does not answer: {problem}. Correct the variable, or unset it to let the shop run its own.");
            RedisAddress = given;
            External("redis", given);
            return;
        }
        var port = FreePort.Prefer(RedisServer.UsualPort);
        RedisAddress = $"127.0.0.1:{port}";
        var unit = Keep(RedisServer.Local(port, shop), port);
        await AnswersAsync(unit, () => RedisServer.ProblemAsync(RedisAddress, cancel), cancel);
    }

    public Task ControlPlaneAsync(CancellationToken cancel) => Task.WhenAll(
        OneAsync(ControlPlane.Placement(dapr, shop), ControlPlane.PlacementPort, ControlPlane.PlacementHealthAddress, cancel),
        OneAsync(ControlPlane.Scheduler(dapr, shop), ControlPlane.SchedulerPort, ControlPlane.SchedulerHealthAddress, cancel));

    private async Task OneAsync(ProcessSpec spec, int port, Uri health, CancellationToken cancel)
    {
        if (!FreePort.IsFree(port))
        {
            External(spec.Name, $"127.0.0.1:{port}");
            return;
        }
        var unit = Keep(spec, port);
        using var http = new HttpClient { Timeout = TimeSpan.FromSeconds(2) };
        await AnswersAsync(unit, () => HealthAsync(http, health, cancel), cancel);
    }

    private Unit Keep(ProcessSpec spec, int port) => supervisor.Keep(spec.Name, UnitKind.Infra, new Dictionary<string, int> { [spec.Name] = port }, spec);

    private void External(string name, string address) =>
        supervisor.Write(state => state with { External = new Dictionary<string, string>(state.External) { [name] = address } });

    /// <summary>A server that dies at its start will die again: no point in waiting for the deadline.</summary>
    private async Task AnswersAsync(Unit unit, Func<Task<string?>> problem, CancellationToken cancel)
    {
        string? why = null;
        var up = await Until.TrueAsync(async () => unit.Restarts > 1 || (why = await problem()) is null, Deadline, cancel);
        if (!up || unit.Restarts > 1)
            throw new ShopException($"{unit.Name} did not start: {unit.LastTrouble ?? why}. The end of {shop.LogOf(unit.Name)}:{Environment.NewLine}{LogTail.Of(shop.LogOf(unit.Name))}");
    }

    private static async Task<string?> HealthAsync(HttpClient http, Uri address, CancellationToken cancel)
    {
        try
        {
            using var answer = await http.GetAsync(address, cancel);
            return answer.IsSuccessStatusCode ? null : $"its health check answers {(int)answer.StatusCode}";
        }
        catch (Exception none) when (none is HttpRequestException || (none is TaskCanceledException && !cancel.IsCancellationRequested))
        {
            return none.Message;
        }
    }
}
