using Google.Protobuf;
using Grpc.Core;

namespace EmbeddedDapr.Hosting;

/// <summary>
/// Binds methods of <c>dapr.proto.runtime.v1.Dapr</c>. The package has the messages but no base class for a server; each area binds the methods that it serves.
/// </summary>
internal static class DaprService
{
    public const string Name = "dapr.proto.runtime.v1.Dapr";

    /// <summary>The server finds the handler by its name, <paramref name="method"/>, on the service's class.</summary>
    public static void AddUnary<TRequest, TResponse>(this ServiceBinderBase binder, string method)
        where TRequest : class, IMessage<TRequest>, new()
        where TResponse : class, IMessage<TResponse>, new() =>
        binder.AddMethod(new Method<TRequest, TResponse>(MethodType.Unary, Name, method, MarshallerOf<TRequest>(), MarshallerOf<TResponse>()),
            (UnaryServerMethod<TRequest, TResponse>?)null);

    private static Marshaller<T> MarshallerOf<T>() where T : class, IMessage<T>, new()
    {
        var parser = new MessageParser<T>(() => new T());
        return Marshallers.Create(
            (message, context) =>
            {
                context.SetPayloadLength(message.CalculateSize());
                message.WriteTo(context.GetBufferWriter());
                context.Complete();
            },
            context => parser.ParseFrom(context.PayloadAsReadOnlySequence()));
    }
}
