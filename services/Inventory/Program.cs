using DaprShop.Contracts;
using DaprShop.Inventory;
using DaprShop.Inventory.Cache;
using DaprShop.Inventory.Data;
using DaprShop.Inventory.Domain;
using DaprShop.Inventory.Features;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<InventoryDb>(args, options => new InventoryDb(options)))
    return;
var builder = await ShopService.CreateBuilderAsync(args, Apps.Inventory);
builder
    .Services.AddShopDatabase<InventoryDb>(builder.Configuration)
    .AddEventRelay(Topics.Stock, StockBroadcast.Condense)
    .AddStockCache(builder.Configuration);
builder
    .Services.AddSingleton<StockWriter>()
    .AddSingleton<StockCommands>()
    .AddSingleton(StockPolicies.From(builder.Configuration));
builder.Services.AddQueues();
builder.Services.AddGroupCommit<StockCommand, object, StockWriter>(
    writer => writer.CommitAsync,
    StockWriter.GroupLimit
);

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Inventory);
app.MapSubscriptions();
ReserveStock.Map(app);
LookUpItems.Map(app);
GetStock.Map(app);
OperatorRoutes.Map(app);
app.MapQueues();
await app.RunAsync();
