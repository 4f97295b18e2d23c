using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Dapr;
using Dapr.Client;
using DaprShop.TestKit;
using EmbeddedDapr.State;
using EmbeddedDapr.Tests.Kit;
using Microsoft.Extensions.DependencyInjection;

namespace EmbeddedDapr.Tests;

public sealed class StateTests
{
    private const string Store = TestSidecars.Store;
    private static readonly StateOptions FirstWrite = new() { Concurrency = ConcurrencyMode.FirstWrite };

    [Fact]
    public async Task A_value_is_saved_read_and_deleted()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(Store, "k", new Note("a"));
        (await state.Client.GetStateAsync<Note>(Store, "k")).Should().Be(new Note("a"));
        await state.Client.DeleteStateAsync(Store, "k");
        (await state.Client.GetStateAsync<Note?>(Store, "k")).Should().BeNull();
    }

    [Fact]
    public async Task Of_several_writers_with_one_etag_one_succeeds()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(Store, "k", 0);
        for (var round = 0; round < 20; round++)
        {
            var (value, etag) = await state.Client.GetStateAndETagAsync<int>(Store, "k");
            var won = await Task.WhenAll(
                Enumerable.Range(0, 8).Select(_ => state.Client.TrySaveStateAsync(Store, "k", value + 1, etag))
            );
            won.Count(w => w).Should().Be(1);
        }

        (await state.Client.GetStateAsync<int>(Store, "k")).Should().Be(20);
    }

    [Fact]
    public async Task A_first_write_without_an_etag_is_an_insert()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(Store, "k", 1, FirstWrite);
        var again = () => state.Client.SaveStateAsync(Store, "k", 2, FirstWrite);
        await again.Should().ThrowAsync<DaprException>();
        (await state.Client.GetStateAsync<int>(Store, "k")).Should().Be(1);
    }

    [Fact]
    public async Task The_etag_of_a_deleted_value_does_not_match_its_successor()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(Store, "k", 1);
        var (_, etag) = await state.Client.GetStateAndETagAsync<int>(Store, "k");
        await state.Client.DeleteStateAsync(Store, "k");
        await state.Client.SaveStateAsync(Store, "k", 2);

        (await state.Client.TrySaveStateAsync(Store, "k", 3, etag)).Should().BeFalse();
        (await state.Client.TryDeleteStateAsync(Store, "k", etag)).Should().BeFalse();
    }

    [Fact]
    public async Task A_transaction_is_all_or_nothing()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(Store, "b", 1);
        var transaction = () =>
            state.Client.ExecuteStateTransactionAsync(
                Store,
                [
                    new("a", "1"u8.ToArray(), StateOperationType.Upsert),
                    new("b", null, StateOperationType.Delete, etag: "999999"),
                ]
            );
        await transaction.Should().ThrowAsync<DaprException>();
        (await state.Client.GetStateAsync<int?>(Store, "a")).Should().BeNull();

        await state.Client.ExecuteStateTransactionAsync(
            Store,
            [
                new("a", "1"u8.ToArray(), StateOperationType.Upsert),
                new("b", null, StateOperationType.Delete),
                new("a", "2"u8.ToArray(), StateOperationType.Upsert),
            ]
        );
        (await state.Client.GetBulkStateAsync(Store, ["a", "b"], null))
            .Select(item => item.Value)
            .Should()
            .Equal("2", "");
    }

    [Fact]
    public async Task Transactions_with_keys_in_opposite_orders_all_succeed()
    {
        await using var state = await StateFixture.StartAsync();
        await Task.WhenAll(
            Enumerable
                .Range(0, 60)
                .Select(i =>
                    state.Client.ExecuteStateTransactionAsync(
                        Store,
                        [
                            .. (i % 2 == 0 ? new[] { "a", "b" } : ["b", "a"]).Select(key => new StateTransactionRequest(
                                key,
                                JsonSerializer.SerializeToUtf8Bytes(i),
                                StateOperationType.Upsert
                            )),
                        ]
                    )
                )
        );
        (await state.Client.GetStateAsync<int>(Store, "a"))
            .Should()
            .Be(await state.Client.GetStateAsync<int>(Store, "b"));
    }

    [Fact]
    public async Task An_expired_value_is_absent_for_all_operations()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(
            Store,
            "k",
            1,
            metadata: new Dictionary<string, string> { ["ttlInSeconds"] = "1" }
        );
        var (_, etag) = await state.Client.GetStateAndETagAsync<int>(Store, "k");
        etag.Should().NotBeEmpty();
        await Wait.UntilAsync(
            async () => await state.Client.GetStateAsync<int?>(Store, "k") is null,
            "the value's end"
        );

        (await state.Client.TrySaveStateAsync(Store, "k", 2, etag)).Should().BeFalse();
        (await Sql.ScalarAsync<long>(state.Database, "select count(*) from state")).Should().Be(1);
        await state.Services.GetRequiredService<StateTable>().SweepAsync(CancellationToken.None);
        (await Sql.ScalarAsync<long>(state.Database, "select count(*) from state")).Should().Be(0);
    }

    [Fact]
    public async Task A_first_write_replaces_an_expired_value()
    {
        await using var state = await StateFixture.StartAsync();
        await state.Client.SaveStateAsync(
            Store,
            "k",
            1,
            metadata: new Dictionary<string, string> { ["ttlInSeconds"] = "1" }
        );
        await Wait.UntilAsync(
            async () => await state.Client.GetStateAsync<int?>(Store, "k") is null,
            "the value's end"
        );
        await state.Client.SaveStateAsync(Store, "k", 2, FirstWrite);
        (await state.Client.GetStateAsync<int>(Store, "k")).Should().Be(2);
    }

    [Fact]
    public async Task Over_http_a_conflict_is_409_and_a_malformed_etag_400()
    {
        await using var state = await StateFixture.StartAsync();
        (await state.Http.PostAsJsonAsync($"/v1.0/state/{Store}", new[] { new { key = "k", value = 1 } }))
            .StatusCode.Should()
            .Be(HttpStatusCode.NoContent);
        var read = await state.Http.GetAsync($"/v1.0/state/{Store}/k");
        (await read.Content.ReadAsStringAsync()).Should().Be("1");
        read.Headers.NonValidated["ETag"].ToString().Should().NotBeEmpty();

        await ErrorAsync(
            await state.Http.PostAsJsonAsync(
                $"/v1.0/state/{Store}",
                new[]
                {
                    new
                    {
                        key = "k",
                        value = 2,
                        etag = "999999",
                    },
                }
            ),
            HttpStatusCode.Conflict,
            "ERR_STATE_SAVE"
        );
        await ErrorAsync(
            await state.Http.PostAsJsonAsync(
                $"/v1.0/state/{Store}",
                new[]
                {
                    new
                    {
                        key = "k",
                        value = 2,
                        etag = "abc",
                    },
                }
            ),
            HttpStatusCode.BadRequest,
            "ERR_STATE_SAVE"
        );
        await ErrorAsync(
            await state.Http.PostAsJsonAsync($"/v1.0/state/{Store}", new[] { new { key = "a||b", value = 2 } }),
            HttpStatusCode.BadRequest,
            "ERR_MALFORMED_REQUEST"
        );
        await ErrorAsync(
            await state.Http.GetAsync("/v1.0/state/none/k"),
            HttpStatusCode.BadRequest,
            "ERR_STATE_STORE_NOT_FOUND"
        );
        var bulk = await state.Http.PostAsJsonAsync($"/v1.0/state/{Store}/bulk", new { keys = new[] { "k", "none" } });
        (await bulk.Content.ReadAsStringAsync())
            .Should()
            .MatchRegex("""^\[\{"key":"k","data":1,"etag":"\d+"\},\{"key":"none"\}\]$""");
    }

    [Theory]
    [InlineData(null, "one||k")]
    [InlineData("none", "k")]
    [InlineData("name", "store||k")]
    [InlineData("ours", "ours||k")]
    public async Task The_key_prefix_determines_which_apps_share_keys(string? prefix, string stored)
    {
        var sidecar = TestSidecars.For(
            "one",
            storeMetadata: prefix is null ? null : new Dictionary<string, string> { ["keyPrefix"] = prefix }
        );
        await using var runtime = await TestRuntime.StartAsync(sidecar);
        using var client = TestRuntime.ClientOf(sidecar);
        await client.SaveStateAsync(Store, "k", 1);
        (await Sql.ScalarAsync<string>(runtime.Database, "select key from state")).Should().Be(stored);
    }

    private static async Task ErrorAsync(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        response.StatusCode.Should().Be(status);
        (await response.Content.ReadFromJsonAsync<JsonElement>())
            .GetProperty("errorCode")
            .GetString()
            .Should()
            .Be(code);
    }

    private sealed class StateFixture(TestRuntime runtime, DaprClient client, HttpClient http) : IAsyncDisposable
    {
        public DaprClient Client => client;

        public HttpClient Http => http;

        public string Database => runtime.Database;

        public IServiceProvider Services => runtime.Services;

        public static async Task<StateFixture> StartAsync()
        {
            var sidecar = TestSidecars.For("one");
            return new(
                await TestRuntime.StartAsync(sidecar),
                TestRuntime.ClientOf(sidecar),
                TestRuntime.HttpOf(sidecar)
            );
        }

        public async ValueTask DisposeAsync()
        {
            client.Dispose();
            http.Dispose();
            await runtime.DisposeAsync();
        }
    }
}
