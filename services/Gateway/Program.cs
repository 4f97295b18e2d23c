using DaprShop.Contracts;
using DaprShop.Gateway.ApiDocuments;
using DaprShop.Gateway.BulkUpload;
using DaprShop.Gateway.Forwarding;
using DaprShop.Gateway.LiveStatus;
using DaprShop.Gateway.ServerSentEvents;
using DaprShop.Gateway.Sidecar;
using DaprShop.ServiceDefaults;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Gateway);
builder
    .Services.AddSidecar(builder.Configuration)
    .AddServerSentEvents()
    .AddForwarding()
    .AddLiveStatus()
    .AddBulkUpload()
    .AddApiDocuments();

var gateway = builder.Build().UseShopDefaults();

// After authentication: limits are per caller.
gateway.UseRateLimiter();
gateway.MapForwarding();
gateway.MapLiveStatus();
gateway.MapBulkUpload();
gateway.MapApiDocuments();
await gateway.RunAsync();
