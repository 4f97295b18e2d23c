using System.Globalization;
using DaprShop.Shop.Infrastructure;
using DaprShop.Shop.Processes;

namespace DaprShop.TestKit.Servers;

/// <summary>A Redis that appends every write to its file, unless told otherwise.</summary>
internal sealed class LocalRedis(bool appendOnly = true) : LocalServer("redis")
{
    public static string? Binary => Executable.Find("redis-server");

    protected override ProcessSpec Spec => Program(Binary!, "--port", Port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--dir", Data,
        "--appendonly", appendOnly ? "yes" : "no", "--appendfsync", "everysec", "--save", "", "--daemonize", "no");

    // The port is open before the file is read.
    protected override async Task<bool> AnswersAsync() => await RedisServer.ProblemAsync($"127.0.0.1:{Port}", CancellationToken.None) is null;
}
