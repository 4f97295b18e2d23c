using EmbeddedDapr.Hosting;
using EmbeddedDapr.Resources;
using EmbeddedDapr.RunFiles;
using EmbeddedDapr.Secrets;

namespace EmbeddedDapr.Tests;

public sealed class RunFileTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("embedded-dapr-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void The_run_file_of_the_shop_is_loaded()
    {
        var sidecars = RunFile.Load(FileOfTheShop(), _ => null);
        sidecars
            .All.Select(s => $"{s.AppId} {s.AppPort} {s.HttpPort} {s.GrpcPort}")
            .Should()
            .Equal(
                "gateway 8080 3500 3550",
                "orders 5101 3501 3551",
                "inventory 5102 3502 3552",
                "payments 5103 3503 3553",
                "history 5104 3504 3554"
            );
        sidecars.MaxBodySize.Should().Be(16 * 1024 * 1024);
        sidecars.All.Single(s => s.AppId == "orders").Components.Select(c => c.Name).Should().Contain("workflowstore");
        sidecars
            .All.Single(s => s.AppId == "history")
            .Components.Select(c => c.Name)
            .Should()
            .Contain("pubsub")
            .And.NotContain("workflowstore");
        sidecars
            .All[0]
            .InboundRetries["pubsub"]
            .Should()
            .Be(new RetryPolicy(true, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(5), -1));
    }

    [Fact]
    public void App_settings_override_common_ones_and_common_ones_the_environment()
    {
        Write(
            "dapr.yaml",
            """
            version: 1
            common:
              env: { DAPR_API_TOKEN: common, APP_API_TOKEN: common }
            apps:
              - { appID: a, daprHTTPPort: 1, daprGRPCPort: 2, env: { DAPR_API_TOKEN: own } }
              - { appID: b, daprHTTPPort: 3, daprGRPCPort: 4, env: { APP_API_TOKEN: "" } }
            """
        );
        var sidecars = Load(name => $"process's {name}");
        sidecars.All.Select(s => (s.ApiToken, s.AppToken)).Should().Equal(("own", "common"), ("common", null));
    }

    [Theory]
    [InlineData("apps: []", "*version 0*version 1*")]
    [InlineData("version: 1\napps: [{ appID: a }]", "*needs appID, daprHTTPPort and daprGRPCPort; 'a' lacks one*")]
    [InlineData(
        "version: 1\ncommon: { resourcesPaths: [none] }\napps: [{ appID: a, daprHTTPPort: 1, daprGRPCPort: 2 }]",
        "*none is missing*"
    )]
    [InlineData("version: 1\napps: []", "*has no apps*")]
    [InlineData("version: 1\napps: [}", "*cannot be read*")]
    public void An_invalid_run_file_is_rejected_with_the_reason(string yaml, string reason)
    {
        Write("dapr.yaml", yaml);
        var load = () => Load(_ => null);
        load.Should().Throw<RunFileException>().WithMessage(reason);
    }

    [Theory]
    [InlineData("kind: Subscription", "*kind 'Subscription' is not supported*")]
    [InlineData(
        "kind: Resiliency\nspec: { targets: { components: { c: { inbound: { retry: none } } } } }",
        "*names the retry policy none*"
    )]
    [InlineData(
        "kind: Resiliency\nspec:\n  policies: { retries: { r: { duration: soon } } }\n"
            + "  targets: { components: { c: { inbound: { retry: r } } } }",
        "*'soon' is not a duration*"
    )]
    public void An_unsupported_resource_is_rejected_with_the_reason(string yaml, string reason)
    {
        Write("resources/r.yaml", yaml);
        Write(
            "dapr.yaml",
            """
            version: 1
            common: { resourcesPaths: [resources] }
            apps: [{ appID: a, daprHTTPPort: 1, daprGRPCPort: 2 }]
            """
        );
        var load = () => Load(_ => null);
        load.Should().Throw<RunFileException>().WithMessage(reason);
    }

    [Fact]
    public void Retry_delays_grow_to_the_maximum_and_end_with_the_retries()
    {
        var policy = new RetryPolicy(true, TimeSpan.Zero, TimeSpan.FromSeconds(1), 3);
        Enumerable.Range(1, 4).Select(n => policy.WaitAfter(n).TotalMilliseconds).Should().Equal(500, 750, 1000, 1000);
        Enumerable.Range(1, 4).Select(policy.IsExhaustedAfter).Should().Equal(false, false, false, true);
    }

    [Fact]
    public void A_changed_secret_file_is_read_again()
    {
        Write("secrets.json", """{"a":"1","n":{"x":"2"}}""");
        var path = Path.Combine(_folder.FullName, "secrets.json");
        var component = new Component(
            "secrets",
            "secretstores.local.file",
            "v1",
            new Dictionary<string, string> { ["secretsFile"] = path },
            []
        );
        var sidecar = new Sidecar("a", 0, 1, 2) { Components = [component] };
        var stores = new SecretStores(new Sidecars([sidecar]));
        stores.All(sidecar, "secrets").Should().Equal(new Dictionary<string, string> { ["a"] = "1", ["n:x"] = "2" });

        Write("secrets.json", """{"a":"changed"}""");
        File.SetLastWriteTimeUtc(path, File.GetLastWriteTimeUtc(path).AddSeconds(1));

        stores.Get(sidecar, "secrets", "a").Should().Be("changed");
        var missing = () => stores.Get(sidecar, "secrets", "n:x");
        missing
            .Should()
            .Throw<ApiException>()
            .WithMessage("failed getting secret with key n:x from secret store secrets: secret n:x not found");
        var nowhere = () => stores.Get(sidecar with { Components = [] }, "secrets", "a");
        nowhere.Should().Throw<ApiException>().Which.ErrorCode.Should().Be("ERR_SECRET_STORE_NOT_FOUND");
    }

    private Sidecars Load(Func<string, string?> setting) =>
        RunFile.Load(Path.Combine(_folder.FullName, "dapr.yaml"), setting);

    private void Write(string name, string text)
    {
        var path = Path.Combine(_folder.FullName, name);
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(path, text);
    }

    private static string FileOfTheShop()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "dapr.yaml")))
                return Path.Combine(folder.FullName, "dapr.yaml");
        }

        throw new FileNotFoundException("No folder above the tests has a dapr.yaml.");
    }
}
