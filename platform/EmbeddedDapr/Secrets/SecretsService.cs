using Dapr.Client.Autogen.Grpc.v1;
using EmbeddedDapr.Hosting;
using Grpc.Core;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API over gRPC.</summary>
[BindServiceMethod(typeof(SecretsService), nameof(Bind))]
internal sealed class SecretsService(SecretStores stores, Sidecars sidecars)
{
    public static void Bind(ServiceBinderBase binder, SecretsService? service)
    {
        binder.AddUnary<GetSecretRequest, GetSecretResponse>(nameof(GetSecret));
        binder.AddUnary<GetBulkSecretRequest, GetBulkSecretResponse>(nameof(GetBulkSecret));
    }

    public Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context) =>
        Task.FromResult(new GetSecretResponse { Data = { [request.Key] = stores.Get(sidecars.Of(context), request.StoreName, request.Key) } });

    public Task<GetBulkSecretResponse> GetBulkSecret(GetBulkSecretRequest request, ServerCallContext context)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (key, secret) in stores.All(sidecars.Of(context), request.StoreName))
            response.Data[key] = new SecretResponse { Secrets = { [key] = secret } };
        return Task.FromResult(response);
    }
}
