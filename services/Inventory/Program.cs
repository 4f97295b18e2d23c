using DaprShop.Contracts;
using DaprShop.Inventory.Catalogue;
using DaprShop.Inventory.Holds;
using DaprShop.Inventory.Inbound;
using DaprShop.Inventory.Model;
using DaprShop.Inventory.Reading;
using DaprShop.Inventory.Repair;
using DaprShop.Inventory.Stock;
using DaprShop.Inventory.Waitlist;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<InventoryDbContext>(args, options => new InventoryDbContext(options)))
    return;
var builder = await ShopService.CreateBuilderAsync(args, Apps.Inventory);
builder
    .Services.AddShopDatabase<InventoryDbContext>(builder.Configuration)
    .AddEventRelay(Topics.Stock, StockBroadcastHandler.Condense)
    .AddStock()
    .AddReading(builder.Configuration)
    .AddHolds()
    .AddWaitlist()
    .AddCatalogue();

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Inventory);
app.MapSubscriptions();
app.MapStock();
app.MapReading();
app.MapHolds();
app.MapWaitlist();
app.MapInbound();
app.MapCatalogue();
app.MapRepair();
await app.RunAsync();
