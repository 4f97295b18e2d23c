using DaprShop.Conformance.App;

// The app under test: a separate process, so that it can be killed. It writes each event to a file, line by line.
var builder = WebApplication.CreateBuilder(args);
var settings = AppSettings.Read(builder.Configuration);
builder.Logging.SetMinimumLevel(LogLevel.Warning);
builder.Services.AddSingleton(settings).AddSingleton<Record>().AddSingleton<Behaviour>();
builder.Services.AddDaprClient();
if (settings.Workflows)
    builder.Services.AddWorkflows().AddActorTypes();
if (settings.LogOf is not null || settings.Projects is not null)
    builder.Services.AddMessaging(settings);

var app = builder.Build();
app.MapGet("/healthz", () => "ok");
app.MapPut("/behaviour/{value}", (string value, Behaviour behaviour) => behaviour.Become(value));
if (settings.Workflows)
    app.MapWorkflows();
if (settings.Workflows)
    app.MapActorsHandlers();
if (settings.LogOf is not null || settings.Projects is not null)
    await app.MapMessagingAsync(settings);
else
    app.MapHandlers(settings);
await app.RunAsync();
