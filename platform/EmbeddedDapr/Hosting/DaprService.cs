using Google.Protobuf;
using Grpc.AspNetCore.Server.Model;
using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>
/// A class that serves methods of <c>dapr.proto.runtime.v1.Dapr</c>. The Dapr.Protos package has the messages but no
/// server base class, so each module binds the methods that it serves.
/// </summary>
internal interface IDaprService<TSelf>
    where TSelf : class
{
    static abstract void Bind(DaprMethods<TSelf> methods);
}

/// <summary>Binds methods to the server.</summary>
internal sealed class DaprMethods<TService>(ServiceMethodProviderContext<TService> context)
    where TService : class
{
    public void Unary<TRequest, TResponse>(string name, UnaryServerMethod<TService, TRequest, TResponse> handler)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        context.AddUnaryMethod(
            new Method<TRequest, TResponse>(
                MethodType.Unary,
                DaprService.Name,
                name,
                MarshallerOf<TRequest>(),
                MarshallerOf<TResponse>()
            ),
            [new HttpMethodMetadata([HttpMethods.Post])],
            handler
        );

    private static Marshaller<T> MarshallerOf<T>()
        where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence())
        );
    }
}

internal static class DaprService
{
    public const string Name = "dapr.proto.runtime.v1.Dapr";

    /// <summary>Registers the service; <c>MapGrpcService</c> must map it.</summary>
    public static IServiceCollection AddDaprService<TService>(this IServiceCollection services)
        where TService : class, IDaprService<TService> =>
        services.AddSingleton<IServiceMethodProvider<TService>, MethodProvider<TService>>();

    private sealed class MethodProvider<TService> : IServiceMethodProvider<TService>
        where TService : class, IDaprService<TService>
    {
        public void OnServiceMethodDiscovery(ServiceMethodProviderContext<TService> context) =>
            TService.Bind(new(context));
    }
}
