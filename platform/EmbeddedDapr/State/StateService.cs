using System.Globalization;
using Dapr.Client.Autogen.Grpc.v1;
using EmbeddedDapr.Hosting;
using Google.Protobuf;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Concurrency = Dapr.Client.Autogen.Grpc.v1.StateOptions.Types.StateConcurrency;

namespace EmbeddedDapr.State;

/// <summary>State over gRPC.</summary>
internal sealed class StateService(StateStores stores) : IDaprService<StateService>
{
    public static void Bind(DaprMethods<StateService> methods)
    {
        methods.Unary<GetStateRequest, GetStateResponse>(nameof(GetState), (service, request, context) =>
            service.GetState(request, context)
        );
        methods.Unary<GetBulkStateRequest, GetBulkStateResponse>(nameof(GetBulkState), (service, request, context) =>
            service.GetBulkState(request, context)
        );
        methods.Unary<SaveStateRequest, Empty>(nameof(SaveState), (service, request, context) =>
            service.SaveState(request, context)
        );
        methods.Unary<DeleteStateRequest, Empty>(nameof(DeleteState), (service, request, context) =>
            service.DeleteState(request, context)
        );
        methods.Unary<DeleteBulkStateRequest, Empty>(nameof(DeleteBulkState), (service, request, context) =>
            service.DeleteBulkState(request, context)
        );
        methods.Unary<ExecuteStateTransactionRequest, Empty>(
            nameof(ExecuteStateTransaction),
            (service, request, context) => service.ExecuteStateTransaction(request, context)
        );
    }

    public async Task<GetStateResponse> GetState(GetStateRequest request, ServerCallContext context)
    {
        var value = (await Store(context, request.StoreName).GetAsync([request.Key], context.CancellationToken))[
            0
        ].Value;
        return value is null
            ? new GetStateResponse()
            : new GetStateResponse
            {
                Data = UnsafeByteOperations.UnsafeWrap(value.Value),
                Etag = value.ETag,
                Metadata = { MetadataOf(value) },
            };
    }

    public async Task<GetBulkStateResponse> GetBulkState(GetBulkStateRequest request, ServerCallContext context)
    {
        var values = await Store(context, request.StoreName).GetAsync(request.Keys, context.CancellationToken);
        return new()
        {
            Items =
            {
                values.Select(v =>
                    v.Value is { } value
                        ? new BulkStateItem
                        {
                            Key = v.Key,
                            Data = UnsafeByteOperations.UnsafeWrap(value.Value),
                            Etag = value.ETag,
                            Metadata = { MetadataOf(value) },
                        }
                        : new BulkStateItem { Key = v.Key }
                ),
            },
        };
    }

    public async Task<Empty> SaveState(SaveStateRequest request, ServerCallContext context)
    {
        await Store(context, request.StoreName)
            .SaveAsync([.. request.States.Select(item => Upsert(item, request.StoreName))], context.CancellationToken);
        return new();
    }

    public async Task<Empty> DeleteState(DeleteStateRequest request, ServerCallContext context)
    {
        await Store(context, request.StoreName)
            .DeleteAsync(
                [
                    Delete(
                        new StateItem
                        {
                            Key = request.Key,
                            Etag = request.Etag,
                            Options = request.Options,
                        },
                        request.StoreName
                    ),
                ],
                context.CancellationToken
            );
        return new();
    }

    public async Task<Empty> DeleteBulkState(DeleteBulkStateRequest request, ServerCallContext context)
    {
        await Store(context, request.StoreName)
            .DeleteAsync(
                [.. request.States.Select(item => Delete(item, request.StoreName))],
                context.CancellationToken
            );
        return new();
    }

    public async Task<Empty> ExecuteStateTransaction(ExecuteStateTransactionRequest request, ServerCallContext context)
    {
        await Store(context, request.StoreName)
            .TransactAsync(
                [
                    .. request.Operations.Select(o =>
                        o.OperationType switch
                        {
                            "upsert" => Upsert(o.Request, request.StoreName),
                            "delete" => Delete(o.Request, request.StoreName),
                            _ => throw StateStores.UnknownOperation(o.OperationType),
                        }
                    ),
                ],
                context.CancellationToken
            );
        return new();
    }

    /// <summary>Formats a time for Dapr's metadata.</summary>
    public static string Rfc3339(DateTime time) => time.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private StateStore Store(ServerCallContext context, string name) => stores.Of(context.GetHttpContext(), name);

    private static Dictionary<string, string> MetadataOf(StateValue value) =>
        value.ExpiresAt is { } expiry ? new() { ["ttlExpireTime"] = Rfc3339(expiry) } : [];

    private static StateOperation Upsert(StateItem item, string store) =>
        Operation(item, item.Value.ToByteArray(), store);

    private static StateOperation Delete(StateItem item, string store) => Operation(item, null, store);

    private static StateOperation Operation(StateItem item, byte[]? value, string store)
    {
        try
        {
            return StateOperation.Of(
                item.Key,
                value,
                item.Etag?.Value,
                item.Options?.Concurrency == Concurrency.ConcurrencyFirstWrite ? "first-write" : null,
                item.Metadata
            );
        }
        catch (FormatException e)
        {
            throw StateStores.BadSetting(store, e);
        }
    }
}
