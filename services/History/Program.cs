using DaprShop.Contracts;
using DaprShop.History.Diagnosis;
using DaprShop.History.Model;
using DaprShop.History.Rebuild;
using DaprShop.History.Timelines;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<HistoryDbContext>(args, options => new HistoryDbContext(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.History);
builder
    .Services.AddShopDatabase<HistoryDbContext>(builder.Configuration)
    .AddInvocationClient(Apps.Orders)
    .AddInvocationClient(Apps.Inventory)
    .AddInvocationClient(Apps.Payments)
    .AddTimelines()
    .AddDiagnosis()
    .AddRebuild();

var app = builder.Build().UseShopDefaults();
app.MapSubscriptions();
app.MapTimelines();
app.MapDiagnosis();
app.MapRebuild();
app.MapDeadLetters().RequireAuthorization(Identity.Operator);
await app.RunAsync();
