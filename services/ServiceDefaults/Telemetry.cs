using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace DaprShop.ServiceDefaults;

internal static class Telemetry
{
    /// <summary>
    /// Traces and the shop's own metrics go to the collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names; without
    /// one, none are made.
    /// </summary>
    public static void AddShopTelemetry(this IServiceCollection services, string app, IConfiguration configuration)
    {
        if (configuration["OTEL_EXPORTER_OTLP_ENDPOINT"] is null)
            return;
        services
            .AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(app))
            .WithTracing(tracing =>
                tracing.AddAspNetCoreInstrumentation().AddSource("Npgsql").AddSource("Dapr.Workflow")
            )
            .WithMetrics(metrics => metrics.AddMeter("DaprShop.*"))
            .UseOtlpExporter();
    }
}
