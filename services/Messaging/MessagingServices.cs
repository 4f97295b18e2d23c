using Dapr.Client;
using DaprShop.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Registers messaging. It uses the service's <see cref="NpgsqlDataSource"/>.</summary>
public static class MessagingServices
{
    /// <summary>Publishes the service's event log on <paramref name="topic"/>. Raise <see cref="RelaySignal"/> after a commit that appended.</summary>
    /// <param name="broadcast">What every replica of every listener is told of a page, besides; null to tell nothing of it. Without this nothing is broadcast.</param>
    public static IServiceCollection AddEventRelay(
        this IServiceCollection services,
        string topic,
        Func<EventPage, EventPage?>? broadcast = null
    ) =>
        services
            .AddSingleton<RelaySignal>()
            .AddSingleton<IHostedService>(p => new EventRelay(
                topic,
                p.GetRequiredService<NpgsqlDataSource>(),
                new PagePublisher(topic, broadcast, p.GetRequiredService<DaprClient>()).PublishAsync,
                p.GetRequiredService<RelaySignal>(),
                p.GetRequiredService<ILogger<EventRelay>>()
            ));

    /// <summary>Subscribes <typeparamref name="TProjection"/> to its topic.</summary>
    public static IServiceCollection AddProjection<TProjection>(this IServiceCollection services)
        where TProjection : class, IProjection
    {
        if (services.All(s => s.ImplementationType != typeof(CatchUp)))
        {
            services
                .AddSingleton<EventSource>()
                .AddSingleton<DeadLetters>()
                .AddHostedService<CatchUp>()
                .AddSingleton(p => new EventReplay(p.GetServices<EventIntake>(), p.GetRequiredService<EventSource>()));
        }

        return services
            .AddSingleton<TProjection>()
            .AddSingleton(p => ActivatorUtilities.CreateInstance<EventIntake>(p, p.GetRequiredService<TProjection>()));
    }

    /// <summary>Lets <typeparamref name="TListener"/> hear what is broadcast of its topic.</summary>
    public static IServiceCollection AddListener<TListener>(this IServiceCollection services)
        where TListener : class, IListener => services.AddSingleton<IListener, TListener>();
}
