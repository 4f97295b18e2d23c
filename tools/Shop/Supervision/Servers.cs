using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Infrastructure.Servers;
using DaprShop.Shop.Processes;

namespace DaprShop.Shop.Supervision;

/// <summary>The servers the shop stands on: somebody else's where one is named, else a private one that the supervisor keeps, had by the first way that works.</summary>
internal sealed class Servers(ShopFolder shop, Supervisor supervisor)
{
    private static readonly TimeSpan Deadline = TimeSpan.FromSeconds(60);

    /// <summary>Null where <paramref name="kind"/> is named or can be tried in some way, else what is missing for each.</summary>
    public static async Task<string?> ObstacleAsync(ShopFolder shop, ServerKind kind, CancellationToken cancel)
    {
        if (Given(kind) is not null)
            return null;
        var tried = new List<string>();
        foreach (var way in Ways(shop, kind))
            if (await way.ObstacleAsync(cancel) is { } obstacle)
                tried.Add($"{way.Name}: {obstacle}");
            else
                return null;
        return Tried(kind, tried);
    }

    /// <summary>The address of a server that answers.</summary>
    /// <exception cref="ShopException">No way led to one; it says what was tried.</exception>
    public async Task<string> HaveAsync(ServerKind kind, CancellationToken cancel)
    {
        if (Given(kind) is { } given)
        {
            if (await kind.ProblemAsync(given, cancel) is { } problem)
                throw new ShopException(
                    $"The server of {kind.Variable} does not answer: {problem}. Correct the variable, or unset it to let the shop run its own."
                );
            External(kind.Name, kind.Public(given));
            return given;
        }
        var tried = new List<string>();
        foreach (var way in Ways(shop, kind))
        {
            try
            {
                if (await way.ObstacleAsync(cancel) is not { } obstacle)
                    return await RunAsync(kind, way, cancel);
                tried.Add($"{way.Name}: {obstacle}");
            }
            catch (ShopException failure)
            {
                Log.Line($"{kind.Name} by {way.Name}: {failure.Message}");
                tried.Add($"{way.Name}: {failure.Message}");
            }
        }
        throw new ShopException(Tried(kind, tried));
    }

    /// <summary>Keeps a process that is no product of <see cref="ServerKind"/>, and waits until it answers.</summary>
    public Task KeepAsync(ProcessSpec spec, int port, Func<Task<string?>> problem, CancellationToken cancel) =>
        AnswersAsync(Keep(spec.Name, port, spec), problem, cancel);

    public void External(string name, string address) =>
        supervisor.Write(state =>
            state with
            {
                External = new Dictionary<string, string>(state.External) { [name] = address },
            }
        );

    private async Task<string> RunAsync(ServerKind kind, IWay way, CancellationToken cancel)
    {
        supervisor.Phase($"starting {kind.Name} ({way.Name})");
        var server = await way.PrepareAsync(cancel);
        var unit = Keep(kind.Name, server.Port, server.Processes);
        try
        {
            await AnswersAsync(unit, () => kind.ProblemAsync(server.Address, cancel), cancel);
            return server.Address;
        }
        catch (ShopException)
        {
            await supervisor.DropAsync(unit);
            throw;
        }
    }

    private Unit Keep(string name, int port, params ProcessSpec[] specs) =>
        supervisor.Keep(name, UnitKind.Infra, new Dictionary<string, int> { [name] = port }, specs);

    private static string? Given(ServerKind kind) =>
        Environment.GetEnvironmentVariable(kind.Variable) is { Length: > 0 } given ? given : null;

    /// <summary>All ways; or the one that is asked for; or, where data must not be left behind, the one that they were made with.</summary>
    private static IEnumerable<IWay> Ways(ShopFolder shop, ServerKind kind)
    {
        var ways = kind.Ways(shop);
        if (Environment.GetEnvironmentVariable(kind.WayVariable) is { Length: > 0 } wanted)
            return ways.FirstOrDefault(way => way.Name == wanted) is { } way
                ? [way]
                : throw new ShopException(
                    $"{kind.WayVariable}={wanted}: there is no such way. There are: {string.Join(", ", ways.Select(each => each.Name))}."
                );
        return kind.KeepsTheOnlyCopy && ways.FirstOrDefault(way => way.HasData) is { } first ? [first] : ways;
    }

    private static string Tried(ServerKind kind, IEnumerable<string> tried) =>
        string.Join(
            Environment.NewLine,
            [
                $"No {kind.Name} can be had:",
                $"  - a server that is there: {kind.Variable} is not set",
                .. tried.Select(each => $"  - {each}"),
                .. kind.KeepsTheOnlyCopy && tried.Count() == 1
                    ?
                    [
                        $"  Other ways were not tried: this shop's data were made this way, or {kind.WayVariable} is set. `./shop down --wipe` begins anew.",
                    ]
                    : Array.Empty<string>(),
                kind.Advice,
            ]
        );

    /// <summary>A server that dies at its start will die again: no point in waiting for the deadline.</summary>
    private async Task AnswersAsync(Unit unit, Func<Task<string?>> problem, CancellationToken cancel)
    {
        string? why = null;
        var up = await Until.TrueAsync(
            async () => unit.Restarts > 1 || (why = await problem()) is null,
            Deadline,
            cancel
        );
        if (!up || unit.Restarts > 1)
            throw new ShopException(
                $"{unit.Name} did not start: {unit.LastTrouble ?? why}. The end of {shop.LogOf(unit.Name)}:{Environment.NewLine}{LogTail.Of(shop.LogOf(unit.Name))}"
            );
    }
}
