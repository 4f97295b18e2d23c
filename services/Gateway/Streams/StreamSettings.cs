namespace DaprShop.Gateway.Streams;

/// <summary>How streams behave, from the section <c>Streams</c> of the configuration.</summary>
internal sealed record StreamSettings
{
    /// <summary>A comment is sent after so much silence.</summary>
    public TimeSpan Heartbeat { get; init; } = TimeSpan.FromSeconds(15);

    /// <summary>How long a client waits before it connects again.</summary>
    public TimeSpan Retry { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>An open stream without news for so long is compared with its source; for as long, whoever comes again is told what that source has answered.</summary>
    public TimeSpan Compare { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Streams that a customer may have open at one replica.</summary>
    public int PerCustomer { get; init; } = 20;

    /// <summary>Streams that an operator may have open at one replica.</summary>
    public int PerOperator { get; init; } = 1_000;

    /// <exception cref="InvalidOperationException">A value is not above zero, or cannot be read.</exception>
    public static StreamSettings From(IConfiguration configuration)
    {
        var settings = configuration.GetSection("Streams").Get<StreamSettings>() ?? new();
        if (
            settings.Heartbeat <= TimeSpan.Zero
            || settings.Retry <= TimeSpan.Zero
            || settings.Compare <= TimeSpan.Zero
            || settings.PerCustomer <= 0
            || settings.PerOperator <= 0
        )
            throw new InvalidOperationException(
                $"Streams: every value must be above zero, but the settings are {settings}."
            );
        return settings;
    }
}
