using System.Text.Json.Serialization;
using DaprShop.Contracts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.OpenApi;
using Serilog;
using Serilog.Events;

namespace DaprShop.ServiceDefaults;

/// <summary>What every process of the shop has alike: logs, traces, problems, health, identity, a sidecar.</summary>
public static class ShopService
{
    /// <summary>Bodies larger than this many bytes are refused with 413.</summary>
    public const long MaxBodySize = 4 * 1024 * 1024;

    /// <summary>
    /// A builder with the defaults, after the sidecar has given out the secrets of <paramref name="app"/>.
    /// </summary>
    public static async Task<WebApplicationBuilder> CreateBuilderAsync(string[] args, string app)
    {
        var builder = WebApplication.CreateBuilder(args);
        builder.Services.AddSerilog(log =>
            log.MinimumLevel.Information()
                .MinimumLevel.Override("Microsoft", LogEventLevel.Warning)
                .MinimumLevel.Override("Microsoft.AspNetCore.DataProtection", LogEventLevel.Error)
                .MinimumLevel.Override("System.Net.Http", LogEventLevel.Warning)
                .MinimumLevel.Override("Dapr", LogEventLevel.Warning)
                .MinimumLevel.Override("Grpc", LogEventLevel.Warning)
                .MinimumLevel.Override("Yarp", LogEventLevel.Error)
                // Callers log what failed; the pipelines would also log each attempt.
                .MinimumLevel.Override("Polly", LogEventLevel.Error)
                .ReadFrom.Configuration(builder.Configuration)
                .Enrich.WithProperty("App", app)
                .WriteTo.Console(
                    outputTemplate: "{Timestamp:HH:mm:ss.fff} {Level:u3} {App} {Message:lj}{NewLine}{Exception}",
                    formatProvider: System.Globalization.CultureInfo.InvariantCulture
                )
        );

        await builder.Configuration.AddShopSecretsAsync(app);
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = MaxBodySize;
            kestrel.AddServerHeader = false;
            // The gateway decides how slow a client may be. Behind it, the same body may arrive a little more slowly,
            // and its sender would be told what is not its doing.
            if (app != Apps.Gateway)
                kestrel.Limits.MinRequestBodyDataRate = null;
        });
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddDaprClient(dapr => dapr.UseTimeout(TimeSpan.FromSeconds(15)));
        builder.Services.ConfigureHttpJsonOptions(json =>
        {
            json.SerializerOptions.Converters.Add(
                new JsonStringEnumConverter(System.Text.Json.JsonNamingPolicy.CamelCase, allowIntegerValues: false)
            );
            json.SerializerOptions.Converters.Add(new StorableText());
            json.SerializerOptions.Converters.Add(new Rfc3339.Converter());
            json.SerializerOptions.RespectNullableAnnotations = true;
            json.SerializerOptions.RespectRequiredConstructorParameters = true;
            // A misspelt or repeated member is refused: without an error, the client believes that it was applied.
            json.SerializerOptions.UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow;
            json.SerializerOptions.AllowDuplicateProperties = false;
        });
        // So that a body that cannot be read becomes a problem that says why, in production too.
        builder.Services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        builder.Services.AddRequestDecompression();
        builder.Services.AddShopFailpoints().AddShopProblems();
        builder.Services.AddShopTelemetry(app, builder.Configuration);
        builder.Services.AddShopIdentity(builder.Configuration);
        builder.Services.AddHealthChecks();
        // Records inside features share short names (Page, Request): alone, one would be described by the schema of
        // another.
        builder.Services.Configure<OpenApiOptions>("v1", api =>
            api.CreateSchemaReferenceId = json =>
                OpenApiOptions.CreateDefaultSchemaReferenceId(json) is { } id
                    ? json.Type.DeclaringType?.Name + id
                    : null
        );
        builder.Services.AddOpenApi(api =>
            api.AddSchemaTransformer(
                (schema, context, _) =>
                {
                    // What a converter reads is not seen by the exporter; StorableText reads text.
                    if (context.JsonTypeInfo.Type == typeof(string))
                        schema.Type ??=
                            context.JsonPropertyInfo?.IsGetNullable == true
                                ? JsonSchemaType.String | JsonSchemaType.Null
                                : JsonSchemaType.String;
                    if (context.JsonTypeInfo.Type == typeof(DateTimeOffset))
                        (schema.Type, schema.Format) = (schema.Type ?? JsonSchemaType.String, "date-time");
                    // Requests refuse unknown members; responses may get new ones, and share schemas with requests.
                    schema.AdditionalPropertiesAllowed = true;
                    return Task.CompletedTask;
                }
            )
        );
        return builder;
    }

    /// <summary>The pipeline: problems, identity, health, and the OpenAPI document.</summary>
    public static WebApplication UseShopDefaults(this WebApplication app)
    {
        app.UseExceptionHandler();
        app.UseStatusCodePages();
        app.UseAuthentication();
        app.UseAuthorization();
        app.UseKnownParametersOnly();
        app.UseRequestEncoding();
        app.UseBodilessRoutes();
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");
        app.MapOpenApi();
        return app;
    }
}
