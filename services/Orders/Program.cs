using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders;
using DaprShop.Orders.Data;
using DaprShop.Orders.Domain;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<OrdersDb>(args, options => new OrdersDb(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Orders);
builder.Services.AddShopDatabase<OrdersDb>(builder.Configuration).AddEventRelay(Topics.Orders, OrderBroadcast.Condense);
builder.Services.AddInvocationClient(Apps.Inventory).AddInvocationClient(Apps.Payments);
builder.Services.AddAccepting().AddBulk().AddSaga();

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Orders);
app.MapOrders();
await app.RunAsync();
