using System.Net;
using Dapr;
using Dapr.Client;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace DaprShop.Messaging.Tests;

public sealed class PagePublisherTests
{
    [Fact]
    public async Task A_broker_that_refuses_one_page_has_not_acknowledged_them()
    {
        // BulkPublishResponse { failed_entries: { entry_id: "0", error: "full" } }
        await using var sidecar = await SidecarAsync([0x0A, 0x09, 0x0A, 0x01, (byte)'0', 0x12, 0x04, (byte)'f', (byte)'u', (byte)'l', (byte)'l']);

        var publishing = () => PublishAsync(sidecar);

        (await publishing.Should().ThrowAsync<DaprException>()).WithMessage("*full*");
    }

    [Fact]
    public async Task Pages_that_the_broker_took_are_published()
    {
        await using var sidecar = await SidecarAsync([]);
        await PublishAsync(sidecar);
    }

    private static async Task PublishAsync(WebApplication sidecar)
    {
        var address = sidecar.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        using var dapr = new DaprClientBuilder().UseGrpcEndpoint(address).Build();
        await new PagePublisher(Topics.Payments, dapr).PublishAsync([Intake.Page(Intake.Events(2))], TestContext.Current.CancellationToken);
    }

    /// <summary>Answers every call with one protobuf message, as gRPC frames it.</summary>
    private static async Task<WebApplication> SidecarAsync(byte[] message)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(k => k.Listen(IPAddress.Loopback, 0, l => l.Protocols = HttpProtocols.Http2));
        var app = builder.Build();
        app.Run(async context =>
        {
            await context.Request.Body.CopyToAsync(Stream.Null);
            context.Response.ContentType = "application/grpc";
            await context.Response.Body.WriteAsync(new byte[] { 0, 0, 0, 0, (byte)message.Length }.Concat(message).ToArray());
            context.Response.AppendTrailer("grpc-status", "0");
        });
        await app.StartAsync();
        return app;
    }
}
