using DaprShop.Shop.Processes;
using DaprShop.Shop.Servers;

namespace DaprShop.Shop.Supervision;

/// <summary>
/// Acquires the servers that the shop uses: an external one where its address is configured, else a private one that
/// the supervisor runs, from the first provider that works.
/// </summary>
internal sealed class ServerManager(ShopFolder shop, Supervisor supervisor)
{
    private static readonly TimeSpan StartTimeout = TimeSpan.FromSeconds(60);

    /// <summary>
    /// Null where a server is configured or some provider can be tried, else the reason per provider.
    /// </summary>
    public static async Task<string?> UnavailableReasonAsync(ShopFolder shop, ServerKind kind, CancellationToken cancel)
    {
        if (ConfiguredAddress(kind) is not null)
            return null;
        var tried = new List<string>();
        foreach (var provider in Providers(shop, kind))
            if (await provider.UnavailableReasonAsync(cancel) is { } reason)
                tried.Add($"{provider.Name}: {reason}");
            else
                return null;
        return FailureMessage(kind, tried);
    }

    /// <summary>Returns the address of a server that answers.</summary>
    /// <exception cref="ShopException">No provider could start one; the message lists each attempt.</exception>
    public async Task<string> AcquireAsync(ServerKind kind, CancellationToken cancel)
    {
        if (ConfiguredAddress(kind) is { } given)
        {
            if (await kind.ProblemAsync(given, cancel) is { } problem)
                throw new ShopException(
                    $"The server that {kind.Variable} names is not usable: {problem}. Correct the variable, or unset "
                        + "it to let the shop run its own server."
                );
            External(kind.Name, kind.DisplayAddress(given));
            return given;
        }
        var tried = new List<string>();
        foreach (var provider in Providers(shop, kind))
        {
            try
            {
                if (await provider.UnavailableReasonAsync(cancel) is not { } reason)
                    return await RunAsync(kind, provider, cancel);
                tried.Add($"{provider.Name}: {reason}");
            }
            catch (ShopException failure)
            {
                SupervisorLog.Write($"{kind.Name} from {provider.Name}: {failure.Message}");
                tried.Add($"{provider.Name}: {failure.Message}");
            }
        }
        throw new ShopException(FailureMessage(kind, tried));
    }

    /// <summary>Starts a process that is not a <see cref="ServerKind"/>, and waits until it is healthy.</summary>
    public Task StartAsync(ProcessSpec spec, int port, Func<Task<string?>> problem, CancellationToken cancel) =>
        WaitUntilHealthyAsync(StartUnit(spec.Name, port, spec), problem, cancel);

    /// <summary>Records the address of a server that the shop uses but does not run.</summary>
    public void External(string name, string address) =>
        supervisor.Update(state =>
            state with
            {
                External = new Dictionary<string, string>(state.External) { [name] = address },
            }
        );

    private async Task<string> RunAsync(ServerKind kind, IServerProvider provider, CancellationToken cancel)
    {
        supervisor.SetPhase($"starting {kind.Name} ({provider.Name})");
        var server = await provider.PrepareAsync(cancel);
        var unit = StartUnit(kind.Name, server.Port, server.Processes);
        try
        {
            await WaitUntilHealthyAsync(unit, () => kind.ProblemAsync(server.Address, cancel), cancel);
            return server.Address;
        }
        catch (ShopException)
        {
            await supervisor.RemoveAsync(unit);
            throw;
        }
    }

    private Unit StartUnit(string name, int port, params ProcessSpec[] specs) =>
        supervisor.Start(name, UnitKind.Infra, new Dictionary<string, int> { [name] = port }, specs);

    private static string? ConfiguredAddress(ServerKind kind) =>
        Environment.GetEnvironmentVariable(kind.Variable) is { Length: > 0 } given ? given : null;

    /// <summary>
    /// The provider that the user named; or, for a server that holds the only copy of its data, the one that created
    /// the data; else all of them.
    /// </summary>
    private static IEnumerable<IServerProvider> Providers(ShopFolder shop, ServerKind kind)
    {
        var providers = kind.Providers(shop);
        if (Environment.GetEnvironmentVariable(kind.ProviderVariable) is { Length: > 0 } wanted)
            return providers.FirstOrDefault(provider => provider.Name == wanted) is { } provider
                ? [provider]
                : throw new ShopException(
                    $"{kind.ProviderVariable}={wanted} is not supported. Use one of: "
                        + $"{string.Join(", ", providers.Select(each => each.Name))}."
                );
        return kind.HoldsOnlyCopy && providers.FirstOrDefault(provider => provider.HasData) is { } first
            ? [first]
            : providers;
    }

    private static string FailureMessage(ServerKind kind, IEnumerable<string> tried) =>
        string.Join(
            Environment.NewLine,
            [
                $"{kind.Name} is not available:",
                $"  - external: {kind.Variable} is not set",
                .. tried.Select(each => $"  - {each}"),
                .. kind.HoldsOnlyCopy && tried.Count() == 1
                    ?
                    [
                        $"  No other provider was tried, because this one created the shop's data or "
                            + $"{kind.ProviderVariable} names it. `./shop down --wipe` deletes the data.",
                    ]
                    : Array.Empty<string>(),
                kind.Advice,
            ]
        );

    /// <summary>A server that dies twice while starting will die again, so the wait ends before the timeout.</summary>
    private async Task WaitUntilHealthyAsync(Unit unit, Func<Task<string?>> problem, CancellationToken cancel)
    {
        string? lastProblem = null;
        var isHealthy = await Poll.UntilAsync(
            async () => unit.Restarts > 1 || (lastProblem = await problem()) is null,
            StartTimeout,
            cancel
        );
        if (!isHealthy || unit.Restarts > 1)
            throw new ShopException(
                $"{unit.Name} did not start: {unit.LastFailure ?? lastProblem}. The end of {shop.LogOf(unit.Name)}:"
                    + Environment.NewLine
                    + LogTail.Of(shop.LogOf(unit.Name))
            );
    }
}
