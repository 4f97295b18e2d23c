using Dapr.Client.Autogen.Grpc.v1;
using EmbeddedDapr.Hosting;
using EmbeddedDapr.PubSub;
using Grpc.Core;

namespace EmbeddedDapr.Metadata;

/// <summary>The metadata API over gRPC.</summary>
internal sealed class MetadataService(Sidecars sidecars, SubscriptionRegistry registry, IWorkflowWorkers workers)
    : IDaprService<MetadataService>
{
    public static void Bind(DaprMethods<MetadataService> methods) =>
        methods.Unary<GetMetadataRequest, GetMetadataResponse>(nameof(GetMetadata), (service, request, context) =>
            service.GetMetadata(request, context)
        );

    public Task<GetMetadataResponse> GetMetadata(GetMetadataRequest request, ServerCallContext context)
    {
        var sidecar = sidecars.Of(context);
        return Task.FromResult(
            new GetMetadataResponse
            {
                Id = sidecar.AppId,
                RuntimeVersion = MetadataModule.RuntimeVersion,
                RegisteredComponents =
                {
                    sidecar.Components.Select(c => new RegisteredComponents
                    {
                        Name = c.Name,
                        Type = c.Type,
                        Version = c.Version,
                        Capabilities = { MetadataModule.CapabilitiesOf(c) },
                    }),
                },
                ExtendedMetadata = { ["daprRuntimeVersion"] = MetadataModule.RuntimeVersion },
                Subscriptions =
                {
                    registry
                        .Of(sidecar)
                        .Select(s => new PubsubSubscription
                        {
                            PubsubName = s.PubSub,
                            Topic = s.Topic,
                            Metadata = { s.Metadata.ToDictionary() },
                            Rules = new() { Rules = { new PubsubSubscriptionRule { Path = s.Route } } },
                            DeadLetterTopic = s.DeadLetterTopic ?? "",
                            Type = PubsubSubscriptionType.Programmatic,
                        }),
                },
                AppConnectionProperties = new()
                {
                    Port = sidecar.AppPort,
                    Protocol = "http",
                    ChannelAddress = sidecar.AppAddress.Host,
                },
                Workflows = new() { ConnectedWorkers = workers.Connected(sidecar) },
            }
        );
    }
}
