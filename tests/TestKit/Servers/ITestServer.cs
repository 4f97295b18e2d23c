namespace DaprShop.TestKit.Servers;

/// <summary>A server that a test may kill, wipe and start again. Its address stays the same.</summary>
internal interface ITestServer : IAsyncDisposable
{
    /// <summary>Where it listens on 127.0.0.1.</summary>
    int Port { get; }

    /// <summary>Returns when it answers.</summary>
    Task StartAsync();

    /// <summary>kill -9: what it had not written down is lost.</summary>
    Task KillAsync();

    /// <summary>Removes all that it has written down. It must not be running.</summary>
    Task WipeAsync();
}
