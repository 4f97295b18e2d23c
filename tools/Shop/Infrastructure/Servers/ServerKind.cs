namespace DaprShop.Shop.Infrastructure.Servers;

/// <summary>A product that the shop stands on: how a server of it is asked whether it works, and the ways to have a private one.</summary>
internal abstract class ServerKind(string name)
{
    /// <summary>As in <c>--broker</c> and <c>--store</c>, in <c>status</c>, and in the names of its log and its data.</summary>
    public string Name => name;

    /// <summary>Names a server that is there already.</summary>
    public string Variable => "SHOP_" + name.ToUpperInvariant();

    /// <summary>Allows one way only.</summary>
    public string WayVariable => Variable + "_FROM";

    /// <summary>What to do where none of the ways can be gone.</summary>
    public abstract string Advice { get; }

    /// <summary>Whether what it keeps exists nowhere else, so that the shop must not begin anew on another way.</summary>
    public virtual bool KeepsTheOnlyCopy => false;

    /// <summary>Null when the server at <paramref name="address"/> works for us, else why it does not.</summary>
    public abstract Task<string?> ProblemAsync(string address, CancellationToken cancel);

    /// <summary>The address without what is nobody's business.</summary>
    public virtual string Public(string address) => address;

    /// <summary>In the order in which they are tried.</summary>
    public abstract IReadOnlyList<IWay> Ways(ShopFolder shop);

    public static ServerKind Of(string product) =>
        product switch
        {
            "postgres" => new PostgresServer(),
            "redis" => new RedisServer(),
            "rabbitmq" => new RabbitServer(),
            "kafka" => new KafkaServer(),
            _ => throw new ShopException(
                $"The shop does not know how to have a '{product}'. It knows postgres, redis, rabbitmq and kafka."
            ),
        };
}
