using Dapr.Client.Autogen.Grpc.v1;
using EmbeddedDapr.Hosting;
using Grpc.Core;

namespace EmbeddedDapr.Secrets;

/// <summary>The secrets API over gRPC.</summary>
internal sealed class SecretsService(SecretStores stores, Sidecars sidecars) : IDaprService<SecretsService>
{
    public static void Bind(DaprMethods<SecretsService> methods)
    {
        methods.Unary<GetSecretRequest, GetSecretResponse>(nameof(GetSecret), (service, request, context) =>
            service.GetSecret(request, context)
        );
        methods.Unary<GetBulkSecretRequest, GetBulkSecretResponse>(nameof(GetBulkSecret), (service, request, context) =>
            service.GetBulkSecret(request, context)
        );
    }

    public Task<GetSecretResponse> GetSecret(GetSecretRequest request, ServerCallContext context) =>
        Task.FromResult(
            new GetSecretResponse
            {
                Data = { [request.Key] = stores.Get(sidecars.Of(context), request.StoreName, request.Key) },
            }
        );

    public Task<GetBulkSecretResponse> GetBulkSecret(GetBulkSecretRequest request, ServerCallContext context)
    {
        var response = new GetBulkSecretResponse();
        foreach (var (key, secret) in stores.All(sidecars.Of(context), request.StoreName))
            response.Data[key] = new SecretResponse { Secrets = { [key] = secret } };
        return Task.FromResult(response);
    }
}
