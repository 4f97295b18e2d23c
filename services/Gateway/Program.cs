using DaprShop.Contracts;
using DaprShop.Gateway;
using DaprShop.Gateway.Features;
using DaprShop.Gateway.Streams;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using Scalar.AspNetCore;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Gateway);
builder.Services
    .AddHttpForwarder()
    .AddSingleton(new Sidecar(builder.Configuration))
    .AddSingleton<OpenApiDocuments>()
    .AddSingleton<BulkDoor>()
    .AddSingleton(StreamSettings.From(builder.Configuration)).AddSingleton<StreamLimits>().AddSingleton<OrderSource>()
    .AddSingleton<LiveOrders>().AddSingleton<IListener>(p => p.GetRequiredService<LiveOrders>())
    .AddHealthChecks().AddCheck<SidecarHealth>("sidecar");
builder.Services.AddSidecarDoor(builder.Configuration);

var gateway = builder.Build().UseShopDefaults();
gateway.MapForwarding();
gateway.MapReceiveBulkOrders();
gateway.MapWatchBulkOrders();
gateway.MapStreamOrder();
gateway.MapGroup("").RequireAuthorization(SidecarDoor.Policy).MapSubscriptions();
gateway.MapGetOpenApi();
gateway.MapGetAsyncApi();
gateway.MapScalarApiReference("/docs", docs => docs.WithTitle("DaprShop").WithOpenApiRoutePattern(GetOpenApi.Path));
await gateway.RunAsync();
