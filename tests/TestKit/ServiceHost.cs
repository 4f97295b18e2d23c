using System.Net.Http.Headers;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;

namespace DaprShop.TestKit;

/// <summary>A service in this process, on a port of its own, without a sidecar.</summary>
public sealed class ServiceHost<TProgram> : WebApplicationFactory<TProgram>
    where TProgram : class
{
    private readonly HttpMessageHandler _door;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly Action<IServiceCollection>? _replace;

    // A shop may be running on this machine: its sidecars are none of the tests' business.
    static ServiceHost()
    {
        Environment.SetEnvironmentVariable("DAPR_HTTP_ENDPOINT", "http://127.0.0.1:9");
        Environment.SetEnvironmentVariable("DAPR_GRPC_ENDPOINT", "http://127.0.0.1:9");
    }

    /// <param name="connectionString">The database, as the service's own role; null where it has none.</param>
    /// <param name="settings">Further configuration.</param>
    public ServiceHost(string? connectionString, params (string Key, string Value)[] settings)
        : this(connectionString, null, settings) { }

    /// <inheritdoc cref="ServiceHost{TProgram}(string, ValueTuple{string, string}[])"/>
    /// <param name="replace">Puts stand-ins in the place of what lies behind the sidecar.</param>
    public ServiceHost(
        string? connectionString,
        Action<IServiceCollection>? replace,
        params (string Key, string Value)[] settings
    )
    {
        _replace = replace;
        // The gateway, which has no database, answers what its tests let the services say.
        _door = connectionString is null ? new SocketsHttpHandler() : new ContractHandler(hides: true);
        var all = settings.ToDictionary(s => s.Key, s => s.Value);
        all[ConfigurationKeys.JwtKey] = Tokens.Key;
        if (connectionString is not null)
            all[ConfigurationKeys.Database] = connectionString;
        _settings = all;
        UseKestrel(0);
        StartServer();
    }

    /// <summary>
    /// A caller with a role's token, to whom a service answers as its document says, or the test fails.
    /// </summary>
    public HttpClient As(string role, string name = "somebody")
    {
        var client = new HttpClient(_door, disposeHandler: false) { BaseAddress = CreateClient().BaseAddress };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Tokens.For(name, role));
        return client;
    }

    /// <inheritdoc />
    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        // Settings reach the service's own configuration before it asks the sidecar for what is missing.
        foreach (var (key, value) in _settings)
            builder.UseSetting(key, value);
        builder.UseEnvironment("Production");
        if (_replace is not null)
            builder.ConfigureTestServices(_replace);
    }
}
