using Dapr.Client;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Registers messaging. It uses the service's <see cref="NpgsqlDataSource"/>.</summary>
public static class MessagingServices
{
    /// <summary>Publishes the service's event log on <paramref name="topic"/>. Raise <see cref="RelaySignal"/> after a commit that appended.</summary>
    public static IServiceCollection AddEventRelay(this IServiceCollection services, string topic) => services
        .AddSingleton<RelaySignal>()
        .AddSingleton<IHostedService>(p => new EventRelay(
            topic, p.GetRequiredService<NpgsqlDataSource>(), new PagePublisher(topic, p.GetRequiredService<DaprClient>()).PublishAsync, p.GetRequiredService<RelaySignal>(),
            p.GetRequiredService<ILogger<EventRelay>>()));

    /// <summary>Subscribes <typeparamref name="TProjection"/> to its topic.</summary>
    public static IServiceCollection AddProjection<TProjection>(this IServiceCollection services) where TProjection : class, IProjection
    {
        if (services.All(s => s.ImplementationType != typeof(CatchUp)))
            services.AddSingleton<EventSource>().AddSingleton<DeadLetters>().AddHostedService<CatchUp>();
        return services
            .AddSingleton<TProjection>()
            .AddSingleton(p => ActivatorUtilities.CreateInstance<EventIntake>(p, p.GetRequiredService<TProjection>()));
    }
}
