using DaprShop.Contracts;
using DaprShop.Gateway;
using DaprShop.ServiceDefaults;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Gateway);
builder.Services.AddGateway(builder.Configuration);

var gateway = builder.Build().UseShopDefaults();
gateway.MapGateway();
await gateway.RunAsync();
