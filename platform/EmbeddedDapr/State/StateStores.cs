using EmbeddedDapr.Hosting;
using Grpc.Core;

namespace EmbeddedDapr.State;

/// <summary>Finds the state component of a call.</summary>
internal sealed class StateStores(Sidecars sidecars, StateTable table)
{
    public StateStore Of(HttpContext context, string name)
    {
        var sidecar = sidecars.Of(context);
        return new(
            sidecar,
            sidecar.Components.FirstOrDefault(c => c.IsState && c.Name == name)
                ?? throw new ApiException(
                    StatusCodes.Status400BadRequest,
                    StatusCode.InvalidArgument,
                    "ERR_STATE_STORE_NOT_FOUND",
                    $"state store {name} is not found"
                ),
            table
        );
    }

    /// <summary>Rejects operations other than upsert and delete.</summary>
    public static ApiException UnknownOperation(string type) =>
        new(
            StatusCodes.Status400BadRequest,
            StatusCode.Unimplemented,
            "ERR_NOT_SUPPORTED_STATE_OPERATION",
            $"operation type {type} is not supported; allowed are upsert and delete"
        );

    /// <summary>Rejects a malformed setting of an operation.</summary>
    public static ApiException BadSetting(string name, FormatException e) =>
        new(
            StatusCodes.Status400BadRequest,
            StatusCode.InvalidArgument,
            "ERR_STATE_SAVE",
            $"failed saving state in state store {name}: {e.Message}",
            e
        );
}
