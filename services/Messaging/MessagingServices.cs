using Dapr.Client;
using DaprShop.Contracts;
using DaprShop.ServiceDefaults;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace DaprShop.Messaging;

/// <summary>Registers messaging. It uses the service's <see cref="NpgsqlDataSource"/>.</summary>
public static class MessagingServices
{
    /// <summary>
    /// Publishes the service's event log on <paramref name="topic"/>. Raise <see cref="RelaySignal"/> after a commit
    /// that appended events.
    /// </summary>
    /// <param name="broadcast">
    /// Condenses a page to the page that is broadcast to every replica; returns null to broadcast nothing.
    /// </param>
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
                new PagePublisher(
                    topic,
                    broadcast,
                    p.GetRequiredService<DaprClient>(),
                    p.GetRequiredService<IFailpoints>(),
                    p.GetRequiredService<ILogger<EventRelay>>()
                ).PublishAsync,
                p.GetRequiredService<RelaySignal>(),
                p.GetRequiredService<TimeProvider>(),
                p.GetRequiredService<ILogger<EventRelay>>()
            ));

    /// <summary>Subscribes <typeparamref name="TProjection"/> to its topic.</summary>
    public static IServiceCollection AddProjection<TProjection>(this IServiceCollection services)
        where TProjection : class, IProjection
    {
        if (services.All(s => s.ImplementationType != typeof(InboxReconciler)))
        {
            services
                .AddSingleton<EventSource>()
                .AddSingleton<DeadLetters>()
                .AddHostedService<InboxReconciler>()
                .AddSingleton(p => new EventReplay(p.GetServices<Inbox>(), p.GetRequiredService<EventSource>()));
        }

        return services
            .AddSingleton<TProjection>()
            .AddSingleton(p => ActivatorUtilities.CreateInstance<Inbox>(p, p.GetRequiredService<TProjection>()));
    }

    /// <summary>Registers <typeparamref name="THandler"/> for the broadcasts of its topic.</summary>
    public static IServiceCollection AddBroadcastHandler<THandler>(this IServiceCollection services)
        where THandler : class, IBroadcastHandler => services.AddSingleton<IBroadcastHandler, THandler>();
}
