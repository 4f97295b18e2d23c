using System.Text.RegularExpressions;

namespace DaprShop.Conformance.Runtime;

/// <summary>
/// Settings that rows depend on. <c>CONFORMANCE_WITHOUT</c> removes them by name, comma-separated, to see the row fail.
/// </summary>
internal static partial class Guards
{
    private static readonly string[] Out = (Environment.GetEnvironmentVariable("CONFORMANCE_WITHOUT") ?? "").Split(
        ',',
        StringSplitOptions.RemoveEmptyEntries
    );

    public static bool IsOut(string guard) => Out.Contains(guard);

    /// <summary>Removes the guards, and the scopes, since the apps of the rows have other ids.</summary>
    public static string Edit(string yaml)
    {
        yaml = Scopes().Replace(yaml, "");
        if (IsOut("inbound-retry"))
            yaml = InboundRetry().Replace(yaml, "");
        if (IsOut("kept-queue"))
            yaml = DeletedWhenUnused().Replace(yaml, "$1\"true\"");
        if (IsOut("oldest"))
            yaml = Oldest().Replace(yaml, "$1newest");
        if (IsOut("actor-store"))
            yaml = ActorStore().Replace(yaml, "$1\"false\"");
        if (IsOut("uuid"))
            yaml = Uuid().Replace(yaml, "\"everybody\"");
        if (IsOut("durable"))
            yaml = DeliveryMode().Replace(yaml, "$1\"1\"");
        return yaml;
    }

    [GeneratedRegex(@"^scopes:\n( +- .*\n)+", RegexOptions.Multiline)]
    private static partial Regex Scopes();

    [GeneratedRegex(@"^ +inbound:\n +retry:.*\n", RegexOptions.Multiline)]
    private static partial Regex InboundRetry();

    [GeneratedRegex(@"(name: deletedWhenUnused\n +value: )\S+")]
    private static partial Regex DeletedWhenUnused();

    [GeneratedRegex(@"(name: initialOffset\n +value: )\S+")]
    private static partial Regex Oldest();

    [GeneratedRegex(@"(name: actorStateStore\n +value: )\S+")]
    private static partial Regex ActorStore();

    [GeneratedRegex(@"""\{uuid\}""")]
    private static partial Regex Uuid();

    [GeneratedRegex(@"(name: deliveryMode\n +value: )\S+")]
    private static partial Regex DeliveryMode();
}
