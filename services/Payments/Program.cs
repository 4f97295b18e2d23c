using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Capturing;
using DaprShop.Payments.Charging;
using DaprShop.Payments.Credits;
using DaprShop.Payments.Model;
using DaprShop.Payments.Provider;
using DaprShop.Payments.Queries;
using DaprShop.Payments.Refunds;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<PaymentsDbContext>(args, options => new PaymentsDbContext(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Payments);
builder
    .Services.AddShopDatabase<PaymentsDbContext>(builder.Configuration)
    .AddEventRelay(Topics.Payments)
    .AddSingleton<PaymentStore>()
    .AddCharging()
    .AddCapturing()
    .AddProvider()
    .AddCredits()
    .AddQueries();

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Payments);
app.MapCharging();
app.MapCapturing();
app.MapProvider();
app.MapRefunds();
app.MapCredits();
app.MapQueries();
await app.RunAsync();
