using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Payments.Data;
using DaprShop.Payments.Features;
using DaprShop.ServiceDefaults;

if (await Database.MigrateAsync<PaymentsContext>(args, options => new PaymentsContext(options)))
    return;

var builder = await ShopService.CreateBuilderAsync(args, Apps.Payments);
builder
    .Services.AddShopDatabase<PaymentsContext>(builder.Configuration)
    .AddEventRelay(Topics.Payments)
    .AddSingleton<PaymentStore>()
    .AddSingleton<CreditStore>();

var app = builder.Build().UseShopDefaults();
app.MapEventLog(Apps.Payments);
app.MapChargeOrders();
app.MapRefundOrders();
app.MapRefundPart();
app.MapNoticeCapture();
app.MapGiveCredit();
app.MapGetPayment();
app.MapTellPayment();
await app.RunAsync();
