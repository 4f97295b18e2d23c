using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Bulk;
using DaprShop.Orders.Fulfilment;
using DaprShop.Orders.Model;
using DaprShop.Orders.Paying;
using DaprShop.Orders.Placing;
using DaprShop.Orders.Queries;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<OrdersDbContext>(args, options => new OrdersDbContext(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Orders);
builder
    .Services.AddShopDatabase<OrdersDbContext>(builder.Configuration)
    .AddEventRelay(Topics.Orders, OrderBroadcast.Condense);
builder.Services.AddInvocationClient(Apps.Inventory).AddInvocationClient(Apps.Payments);
builder.Services.AddPlacing().AddPaying().AddSaga().AddFulfilment().AddBulk().AddQueries();

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Orders);
app.MapPlacing().MapPaying().MapSaga().MapFulfilment().MapBulk().MapQueries();
await app.RunAsync();
