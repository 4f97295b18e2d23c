using System.Net.Sockets;
using System.Text;
using DaprShop.Shop.Processes;
using DaprShop.Shop.Supervision;

namespace DaprShop.Shop.Tests.Servers;

/// <summary>Durable data in a server, written and read with the server's own tools.</summary>
internal interface IServerData
{
    Task SaveAsync(Unit unit, string address, string name);

    Task<string> ListAsync(Unit unit, string address);
}

/// <summary>A key in Redis, a virtual host in RabbitMQ, a topic in Kafka.</summary>
internal static class ServerPrograms
{
    public static IServerData DataOf(string product) =>
        product switch
        {
            "redis" => new RedisData(),
            "rabbitmq" => new RabbitData(),
            _ => new KafkaData(),
        };

    /// <summary>A shop looks for Kafka beside its folder; for a temporary folder KAFKA_HOME names it.</summary>
    public static void FindKafka(RunningServers servers)
    {
        var beside = Path.GetFullPath(Path.Combine(ShopFolder.Find().Root, "..", "shared", "kafka"));
        if (Environment.GetEnvironmentVariable("KAFKA_HOME") is null && Directory.Exists(beside))
            servers.Set("KAFKA_HOME", beside);
    }

    private static async Task<string> RunAsync(Unit unit, string program, params string[] arguments)
    {
        var spec = new ProcessSpec("tool", program, arguments)
        {
            WorkingDirectory = "/",
            LogFile = "",
            Environment = unit.Processes[^1].Spec.Environment,
        };
        var (exitCode, output) = await Launch.RunAsync(spec, TestContext.Current.CancellationToken);
        exitCode.Should().Be(0, output);
        return output;
    }

    private sealed class RedisData : IServerData
    {
        public Task SaveAsync(Unit unit, string address, string name) => AskAsync(address, $"SET {name} 1\r\n");

        public Task<string> ListAsync(Unit unit, string address) => AskAsync(address, "KEYS *\r\n");

        private static async Task<string> AskAsync(string address, string command)
        {
            using var client = new TcpClient("127.0.0.1", int.Parse(address.Split(':')[1], null));
            var stream = client.GetStream();
            await stream.WriteAsync(Encoding.ASCII.GetBytes(command), TestContext.Current.CancellationToken);
            var answer = new byte[256];
            return Encoding.ASCII.GetString(
                answer,
                0,
                await stream.ReadAsync(answer, TestContext.Current.CancellationToken)
            );
        }
    }

    private sealed class RabbitData : IServerData
    {
        public Task SaveAsync(Unit unit, string address, string name) => ControlAsync(unit, "add_vhost", name);

        public Task<string> ListAsync(Unit unit, string address) => ControlAsync(unit, "list_vhosts");

        private static Task<string> ControlAsync(Unit unit, params string[] arguments) =>
            RunAsync(
                unit,
                Path.Combine(Path.GetDirectoryName(unit.Processes[^1].Spec.FileName)!, "rabbitmqctl"),
                ["--node", "shop@localhost", .. arguments]
            );
    }

    private sealed class KafkaData : IServerData
    {
        public Task SaveAsync(Unit unit, string address, string name) =>
            TopicsAsync(unit, address, "--create", "--topic", name);

        public Task<string> ListAsync(Unit unit, string address) => TopicsAsync(unit, address, "--list");

        private static Task<string> TopicsAsync(Unit unit, string address, params string[] arguments)
        {
            // The words after "sh" of the command that runs it: java, the class path.
            var words = unit.Processes[^1].Spec.Arguments.SkipWhile(word => word != "sh").Skip(1).ToList();
            return RunAsync(
                unit,
                words[0],
                ["-cp", words[1], "org.apache.kafka.tools.TopicCommand", "--bootstrap-server", address, .. arguments]
            );
        }
    }
}
