namespace DaprShop.Shop.Servers;

/// <summary>A server product that the shop uses: its health check, and the providers of a private server.</summary>
internal abstract class ServerKind(string name)
{
    /// <summary>
    /// The name in <c>--broker</c>, <c>--store</c> and <c>status</c>, and of its log and its data folder.
    /// </summary>
    public string Name => name;

    /// <summary>The environment variable with the address of an external server.</summary>
    public string Variable => "SHOP_" + name.ToUpperInvariant();

    /// <summary>The environment variable that allows one provider only.</summary>
    public string ProviderVariable => Variable + "_FROM";

    /// <summary>What to do where no provider works.</summary>
    public abstract string Advice { get; }

    /// <summary>
    /// True when its data exist nowhere else, so that the shop must not start an empty server from another provider.
    /// </summary>
    public virtual bool HoldsOnlyCopy => false;

    /// <summary>Null when the server at <paramref name="address"/> is usable, else the problem.</summary>
    public abstract Task<string?> ProblemAsync(string address, CancellationToken cancel);

    /// <summary>The address without credentials.</summary>
    public virtual string DisplayAddress(string address) => address;

    /// <summary>The providers, in the order in which they are tried.</summary>
    public abstract IReadOnlyList<IServerProvider> Providers(ShopFolder shop);

    public static ServerKind Of(string product) =>
        product switch
        {
            "postgres" => new PostgresServer(),
            "redis" => new RedisServer(),
            "rabbitmq" => new RabbitServer(),
            "kafka" => new KafkaServer(),
            _ => throw new ShopException(
                $"'{product}' is not a supported server. Use postgres, redis, rabbitmq or kafka."
            ),
        };
}
