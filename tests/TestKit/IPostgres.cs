namespace DaprShop.TestKit;

/// <summary>A PostgreSQL that a test process has started for itself.</summary>
internal interface IPostgres : IAsyncDisposable
{
    /// <summary>The superuser's connection string (database <c>postgres</c>).</summary>
    string Admin { get; }

    /// <summary>The server's process; null where it is not one of this machine's.</summary>
    int? Pid { get; }

    /// <summary>The test process is ending: there is no time for a checkpoint, and nobody will read the data.</summary>
    void EndAtOnce();
}
