using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using Grpc.Core;

namespace EmbeddedDapr.State;

/// <summary>A state component for one app: adds the component's key prefix, and maps errors to API errors.</summary>
internal sealed class StateStore(Sidecar sidecar, Component component, StateTable table)
{
    private const string Separator = "||";

    public async Task<IReadOnlyList<(string Key, StateValue? Value)>> GetAsync(
        IReadOnlyCollection<string> keys,
        CancellationToken cancellationToken
    )
    {
        var found = await table.GetAsync(component.Name, [.. keys.Select(Prefixed)], cancellationToken);
        return [.. keys.Select(key => (key, found.GetValueOrDefault(Prefixed(key))))];
    }

    /// <summary>Saves all or none. daprd may save some of them, with the same answer.</summary>
    public Task SaveAsync(IReadOnlyCollection<StateOperation> operations, CancellationToken cancellationToken) =>
        ApplyAsync(
            operations,
            "ERR_STATE_SAVE",
            $"failed saving state in state store {component.Name}",
            cancellationToken
        );

    public Task DeleteAsync(IReadOnlyCollection<StateOperation> operations, CancellationToken cancellationToken) =>
        ApplyAsync(
            operations,
            "ERR_STATE_DELETE",
            $"failed deleting state with key {string.Join(", ", operations.Select(o => o.Key))}",
            cancellationToken
        );

    public async Task TransactAsync(IReadOnlyCollection<StateOperation> operations, CancellationToken cancellationToken)
    {
        try
        {
            await table.ApplyAsync(component.Name, [.. operations.Select(Prefixed)], cancellationToken);
        }
        catch (Exception e) when (e is StateConflictException or MalformedETagException)
        {
            // Like daprd: a conflict in a transaction has no status of its own.
            throw new ApiException(
                StatusCodes.Status500InternalServerError,
                StatusCode.Internal,
                "ERR_STATE_TRANSACTION",
                $"error while executing state transaction: possible etag mismatch. error from state store: {e.Message}",
                e
            );
        }
    }

    private async Task ApplyAsync(
        IReadOnlyCollection<StateOperation> operations,
        string code,
        string failure,
        CancellationToken cancellationToken
    )
    {
        try
        {
            await table.ApplyAsync(component.Name, [.. operations.Select(Prefixed)], cancellationToken);
        }
        catch (StateConflictException e)
        {
            throw new ApiException(
                StatusCodes.Status409Conflict,
                StatusCode.Aborted,
                code,
                $"{failure}: possible etag mismatch. error from state store: {e.Message}",
                e
            );
        }
        catch (MalformedETagException e)
        {
            throw new ApiException(
                StatusCodes.Status400BadRequest,
                StatusCode.InvalidArgument,
                code,
                $"{failure}: {e.Message}",
                e
            );
        }
    }

    private StateOperation Prefixed(StateOperation operation) => operation with { Key = Prefixed(operation.Key) };

    private string Prefixed(string key)
    {
        if (key.Length == 0)
            throw ApiException.Malformed("\"key\" is a required field");
        if (key.Contains(Separator, StringComparison.Ordinal))
            throw ApiException.Malformed($"input key/keyPrefix '{key}' can't contain '{Separator}'");
        return component.Metadata.GetValueOrDefault("keyPrefix", "appid") switch
        {
            "none" => key,
            // Only a cluster has a namespace; without one, the prefix is the app's id.
            "appid" or "namespace" => $"{sidecar.AppId}{Separator}{key}",
            "name" => $"{component.Name}{Separator}{key}",
            var literal => $"{literal}{Separator}{key}",
        };
    }
}
