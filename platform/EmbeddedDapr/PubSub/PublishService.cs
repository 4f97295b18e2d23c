using Dapr.Client.Autogen.Grpc.v1;
using EmbeddedDapr.Hosting;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace EmbeddedDapr.PubSub;

/// <summary>Publishing over gRPC.</summary>
internal sealed class PublishService(Publisher publisher, Sidecars sidecars) : IDaprService<PublishService>
{
    public static void Bind(DaprMethods<PublishService> methods)
    {
        methods.Unary<PublishEventRequest, Empty>(nameof(PublishEvent), (service, request, context) =>
            service.PublishEvent(request, context)
        );
        methods.Unary<BulkPublishRequest, BulkPublishResponse>(nameof(BulkPublishEvent), (service, request, context) =>
            service.BulkPublishEvent(request, context)
        );
        methods.Unary<BulkPublishRequest, BulkPublishResponse>(
            nameof(BulkPublishEventAlpha1),
            (service, request, context) => service.BulkPublishEventAlpha1(request, context)
        );
    }

    public async Task<Empty> PublishEvent(PublishEventRequest request, ServerCallContext context)
    {
        await publisher.PublishAsync(
            sidecars.Of(context),
            new(request.PubsubName, request.Topic),
            [new(request.Data.Memory, ContentType(request.DataContentType), request.Metadata)],
            TraceOf(context),
            context.CancellationToken
        );
        return new();
    }

    public async Task<BulkPublishResponse> BulkPublishEvent(BulkPublishRequest request, ServerCallContext context)
    {
        var topic = new TopicName(request.PubsubName, request.Topic);
        Publisher.CheckIds(request.Entries.Select(e => e.EntryId), topic);
        var entries = request
            .Entries.Select(e => new PublishEntry(
                e.Event.Memory,
                ContentType(e.ContentType),
                Merged(request.Metadata, e.Metadata)
            ))
            .ToList();
        await publisher.PublishAsync(sidecars.Of(context), topic, entries, TraceOf(context), context.CancellationToken);
        // All entries were stored, so no entry has failed.
        return new();
    }

    public Task<BulkPublishResponse> BulkPublishEventAlpha1(BulkPublishRequest request, ServerCallContext context) =>
        BulkPublishEvent(request, context);

    private static string ContentType(string sent) => sent.Length > 0 ? sent : "text/plain";

    private static TraceHeaders TraceOf(ServerCallContext context) =>
        PubSubModule.TraceOf(context.GetHttpContext().Request);

    /// <summary>The request's metadata, overridden by the entry's.</summary>
    public static IReadOnlyDictionary<string, string> Merged(
        IDictionary<string, string> ofAll,
        IDictionary<string, string>? own
    )
    {
        if (own is null or { Count: 0 })
            return ofAll.AsReadOnly();
        var merged = new Dictionary<string, string>(ofAll);
        foreach (var (key, value) in own)
            merged[key] = value;
        return merged;
    }
}
