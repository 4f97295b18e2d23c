using DaprShop.Contracts;
using DaprShop.History.Data;
using DaprShop.History.Features;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<HistoryContext>(args, options => new HistoryContext(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.History);
builder
    .Services.AddShopDatabase<HistoryContext>(builder.Configuration)
    .AddInvocationClient(Apps.Orders)
    .AddInvocationClient(Apps.Inventory)
    .AddInvocationClient(Apps.Payments)
    .AddProjection<FoldOrders>()
    .AddProjection<FoldStock>()
    .AddProjection<FoldPayments>()
    .AddSingleton<TimelineReader>()
    .AddSingleton<IntakeReader>()
    .AddRebuilding();

var app = builder.Build().UseShopDefaults();
app.MapSubscriptions();
app.MapGetOrderTimeline();
app.MapExplainOrder();
app.MapGetStockTimeline();
app.MapGetCustomerTimeline();
app.MapRebuildHistory();
app.MapDeadLetters().RequireAuthorization(Identity.Operator);
await app.RunAsync();
