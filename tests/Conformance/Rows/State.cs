using Dapr;
using Dapr.Client;
using DaprShop.Conformance.Runtime;

namespace DaprShop.Conformance.Rows;

public sealed class State(Servers servers) : Row(servers)
{
    private const string Store = "cache";
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    [Theory]
    [MemberData(nameof(Columns.Stores), MemberType = typeof(Columns))]
    public async Task A_write_with_an_etag_loses_no_other_write(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), new NodeSpec("counting"));
        await stage.Nodes[0].StartAsync();
        var client = stage.Nodes[0].Client;
        await client.SaveStateAsync(Store, "count", 0);
        var (_, stale) = await client.GetStateAndETagAsync<int>(Store, "count");

        var conflicts = 0;
        await Task.WhenAll(
            Enumerable
                .Range(0, 4)
                .Select(_ =>
                    Task.Run(async () =>
                    {
                        for (var added = 0; added < 10; )
                        {
                            var (count, etag) = await client.GetStateAndETagAsync<int>(Store, "count");
                            if (await TrySaveAsync(client, count + 1, etag))
                                added++;
                            else
                                Interlocked.Increment(ref conflicts);
                        }
                    })
                )
        );

        (await client.GetStateAsync<int>(Store, "count")).Should().Be(40);
        (await client.TrySaveStateAsync(Store, "count", -1, stale)).Should().BeFalse();
        (await client.GetStateAsync<int>(Store, "count")).Should().Be(40);
        Observe("conflicts", conflicts);
    }

    [Theory]
    [MemberData(nameof(Columns.Stores), MemberType = typeof(Columns))]
    public async Task Of_several_first_writes_of_a_key_one_succeeds(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), new NodeSpec("inserting"));
        await stage.Nodes[0].StartAsync();
        var client = stage.Nodes[0].Client;

        var won = await Task.WhenAll(
            Enumerable.Range(1, 8).Select(value => Task.Run(() => TryInsertAsync(client, value)))
        );

        won.Count(w => w).Should().Be(1);
        (await client.GetStateAsync<int>(Store, "key")).Should().Be(Array.IndexOf(won, true) + 1);
    }

    [Theory]
    [MemberData(nameof(Columns.Stores), MemberType = typeof(Columns))]
    public async Task A_transaction_with_a_stale_etag_is_rejected(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), new NodeSpec("refusing"));
        var client = await TransactWithStaleETagAsync(stage);

        (await client.GetStateAsync<int>(Store, "known")).Should().Be(2);
    }

    [Theory]
    [MemberData(nameof(Columns.StoresThatRollBack), MemberType = typeof(Columns))]
    public async Task A_rejected_transaction_changes_nothing(string store)
    {
        await using var stage = await OpenAsync(Column.OfStore(store), new NodeSpec("transacting"));
        var client = await TransactWithStaleETagAsync(stage);

        (await client.GetStateAsync<int>(Store, "other")).Should().Be(1);
        (await client.GetStateAsync<int?>(Store, "new")).Should().BeNull();
    }

    private static async Task<DaprClient> TransactWithStaleETagAsync(Stage stage)
    {
        await stage.Nodes[0].StartAsync();
        var client = stage.Nodes[0].Client;
        await client.SaveStateAsync(Store, "known", 1);
        var (_, stale) = await client.GetStateAndETagAsync<int>(Store, "known");
        await client.SaveStateAsync(Store, "known", 2);
        await client.SaveStateAsync(Store, "other", 1);

        var writing = () =>
            client.ExecuteStateTransactionAsync(
                Store,
                [
                    new("other", "9"u8.ToArray(), StateOperationType.Upsert),
                    new(
                        "known",
                        "9"u8.ToArray(),
                        StateOperationType.Upsert,
                        Guards.IsOut("etag") ? null : stale,
                        options: Guards.IsOut("etag") ? null : FirstWrite
                    ),
                    new("new", "9"u8.ToArray(), StateOperationType.Upsert),
                ]
            );

        await writing.Should().ThrowAsync<DaprException>();
        return client;
    }

    private static async Task<bool> TrySaveAsync(DaprClient client, int value, string etag)
    {
        if (!Guards.IsOut("etag"))
            return await client.TrySaveStateAsync(Store, "count", value, etag);
        await client.SaveStateAsync(Store, "count", value);
        return true;
    }

    private static async Task<bool> TryInsertAsync(DaprClient client, int value)
    {
        try
        {
            await client.SaveStateAsync(Store, "key", value, Guards.IsOut("first-write") ? null : FirstWrite);
            return true;
        }
        catch (DaprException)
        {
            return false;
        }
    }
}
