using DaprShop.Contracts;
using DaprShop.Gateway;
using DaprShop.Gateway.Features;
using DaprShop.ServiceDefaults;
using Scalar.AspNetCore;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Gateway);
builder.Services
    .AddHttpForwarder()
    .AddSingleton(new Sidecar(builder.Configuration))
    .AddSingleton<OpenApiDocuments>()
    .AddSingleton<BulkDoor>()
    .AddHealthChecks().AddCheck<SidecarHealth>("sidecar");

var gateway = builder.Build().UseShopDefaults();
gateway.MapForwarding();
gateway.MapReceiveBulkOrders();
gateway.MapWatchBulkOrders();
gateway.MapGetOpenApi();
gateway.MapScalarApiReference("/docs", docs => docs.WithTitle("DaprShop").WithOpenApiRoutePattern(GetOpenApi.Path));
await gateway.RunAsync();
