using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;

namespace DaprShop.Orders.Tests;

/// <summary>The bulk API: permissions and responses.</summary>
public sealed class BulkApiTests(OrdersFixture fixture) : IClassFixture<OrdersFixture>
{
    private readonly HttpClient _alice = fixture.Service.As(Identity.Customer, "alice");
    private readonly HttpClient _bob = fixture.Service.As(Identity.Customer, "bob");
    private readonly HttpClient _olga = fixture.Service.As(Identity.Operator, "olga");

    [Fact]
    public async Task G29_A_job_shows_its_counts_its_orders_and_its_errors_page_by_page()
    {
        var id = await SubmitAsync(
            _alice,
            New(),
            BulkScene.Row(1),
            BulkScene.Row(2, "mine", quantity: "0"),
            new BulkRow(3, "no JSON"),
            BulkScene.Row(4, sku: "tray")
        );
        var job = await DoneAsync(id);

        job.GetProperty("state").GetString().Should().Be("done");
        job.GetProperty("rows")
            .ToString()
            .Should()
            .Be("""{"received":4,"accepted":1,"replayed":0,"rejected":3,"parked":0,"pending":0,"skipped":0}""");
        job.GetProperty("orders").GetProperty("accepted").GetInt32().Should().Be(1);
        job.GetProperty("settled").GetBoolean().Should().BeFalse("its order is under way");
        var first = await GetAsync(_alice, $"bulk-orders/{id}/errors?limit=2");
        var rest = await GetAsync(
            _alice,
            $"bulk-orders/{id}/errors?limit=2&cursor={first.GetProperty("cursor").GetInt32()}"
        );
        var told = first
            .GetProperty("rows")
            .EnumerateArray()
            .Concat(rest.GetProperty("rows").EnumerateArray())
            .ToList();
        told.Select(r =>
                (
                    r.GetProperty("row").GetInt32(),
                    r.GetProperty("key").GetString(),
                    r.GetProperty("state").GetString(),
                    r.GetProperty("errors")[0].GetProperty("field").GetString()
                )
            )
            .Should()
            .Equal(
                (2, "mine", "rejected", "/lines/0/quantity"),
                (3, null, "rejected", ""),
                (4, null, "rejected", "/lines/0/sku")
            );
        rest.GetProperty("cursor").ValueKind.Should().Be(JsonValueKind.Null);
    }

    [Fact]
    public async Task The_errors_of_unreadable_rows_are_listed()
    {
        var id = await SubmitAsync(
            _alice,
            New(),
            new BulkRow(1, """{"key":"\ud83d","lines":[],"Lines":[]}"""),
            new BulkRow(2, """{"key":"\ud83d","lines":[{"sku":"cup","quantity":1}],"payment":{"token":"tok_ok"}}""")
        );
        await DoneAsync(id);
        (await GetAsync(_alice, $"bulk-orders/{id}/errors"))
            .GetProperty("rows")
            .EnumerateArray()
            .Select(r => (r.GetProperty("key").GetString(), r.GetProperty("state").GetString()))
            .Should()
            .Equal((null, "rejected"), (null, "rejected"));
    }

    [Fact]
    public async Task G29_The_version_grows_when_an_order_of_the_job_changes_its_status()
    {
        var id = await SubmitAsync(_alice, New(), BulkScene.Row(1));
        var before = await DoneAsync(id);
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update orders set status = 'confirmed', version = version + 3 where id = (select order_id from bulk_rows where job_id = '{id}')"
        );

        var after = await GetAsync(_alice, $"bulk-orders/{id}");
        after.GetProperty("version").GetInt64().Should().BeGreaterThan(before.GetProperty("version").GetInt64());
        after.GetProperty("settled").GetBoolean().Should().BeTrue();
        after.GetProperty("orders").ToString().Should().Be("""{"confirmed":1}""");
    }

    [Fact]
    public async Task An_abandoned_job_is_settled_skips_its_rows_and_refuses_further_ones_by_name()
    {
        using var opened = await SendAsync("bulk-orders");
        var id = (await opened.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("id")
            .GetGuid();
        (await SendAsync($"bulk-orders/{id}/rows", new BulkRows([BulkScene.Row(1)])))
            .StatusCode.Should()
            .Be(HttpStatusCode.NoContent);

        for (var i = 0; i < 2; i++)
        {
            using var abandoned = await SendAsync($"bulk-orders/{id}/abandon");
            var job = await abandoned.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken);
            (job.GetProperty("state").GetString(), job.GetProperty("settled").GetBoolean())
                .Should()
                .Be(("abandoned", true));
            job.GetProperty("rows").GetProperty("skipped").GetInt32().Should().Be(1);
        }

        await IsProblemAsync(
            await SendAsync($"bulk-orders/{id}/rows", new BulkRows([BulkScene.Row(2)])),
            409,
            "bulk-job-abandoned"
        );
        await IsProblemAsync(await SendAsync($"bulk-orders/{id}/end?rows=1"), 409, "bulk-job-abandoned");
        var done = await SubmitAsync(_alice, New(), BulkScene.Row(1));
        await DoneAsync(done);
        await IsProblemAsync(await SendAsync($"bulk-orders/{done}/abandon"), 409, "bulk-job-ended");

        async Task<HttpResponseMessage> SendAsync(string path, BulkRows? rows = null)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, path);
            request.Headers.Add("Idempotency-Key", New());
            if (rows is not null)
                request.Content = JsonContent.Create(rows);
            return await _alice.SendAsync(request, TestContext.Current.CancellationToken);
        }
    }

    [Fact]
    public async Task Customers_see_and_pause_only_their_own_jobs_operators_all()
    {
        var id = await SubmitAsync(_alice, New(), BulkScene.Row(1));
        foreach (
            var (method, path) in new[]
            {
                ("GET", ""),
                ("GET", "/errors"),
                ("POST", "/pause"),
                ("POST", "/resume"),
                ("POST", "/abandon"),
                ("POST", "/end?rows=1"),
            }
        )
            await IsProblemAsync(
                await _bob.SendAsync(
                    new HttpRequestMessage(new(method), $"bulk-orders/{id}{path}"),
                    TestContext.Current.CancellationToken
                ),
                404,
                "not-found"
            );
        await IsProblemAsync(
            await _olga.PostAsJsonAsync(
                $"bulk-orders/{id}/rows",
                new BulkRows([BulkScene.Row(9)]),
                TestContext.Current.CancellationToken
            ),
            404,
            "not-found"
        );
        (await GetAsync(_bob, "bulk-orders")).ToString().Should().NotContain($"{id}");
        (await GetAsync(_olga, "bulk-orders")).ToString().Should().Contain($"{id}");
        (await GetAsync(_olga, $"bulk-orders/{id}")).GetProperty("id").GetGuid().Should().Be(id);
        await IsProblemAsync(
            await _alice.PostAsync($"bulk-orders/{id}/rows/1/retry", null, TestContext.Current.CancellationToken),
            403,
            "forbidden"
        );
        await IsProblemAsync(
            await _olga.PostAsync($"bulk-orders/{id}/rows/1/retry", null, TestContext.Current.CancellationToken),
            409,
            "not-parked"
        );
    }

    [Fact]
    public async Task Only_operators_set_a_price_or_a_customer_in_a_file()
    {
        var row = new BulkRow(
            1,
            """{"customer":"carl","lines":[{"sku":"cup","quantity":1,"unitPrice":1.5}],"payment":{"token":"tok_ok"}}"""
        );
        var (hers, his) = (await SubmitAsync(_olga, New(), row), await SubmitAsync(_bob, New(), row));
        (await DoneAsync(hers)).GetProperty("rows").GetProperty("accepted").GetInt32().Should().Be(1);
        (await DoneAsync(his)).GetProperty("rows").GetProperty("rejected").GetInt32().Should().Be(1);
        (
            await Sql.ScalarAsync<string>(
                fixture.Database.Names.App,
                $"select format('%s %s', o.customer, trim_scale(o.total)) from orders o join bulk_rows r on r.order_id = o.id where r.job_id = '{hers}'"
            )
        )
            .Should()
            .Be("carl 1.5");
    }

    [Fact]
    public async Task A_row_that_exceeds_the_maximum_total_is_rejected_under_every_policy()
    {
        var line = """{"sku":"cup","quantity":1000000,"unitPrice":1000000}""";
        using var opened = await PostAsync(_olga, "bulk-orders?onError=ignore_failed", New());
        var id = (await opened.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("id")
            .GetGuid();
        await SendAsync(
            _olga,
            id,
            BulkScene.Row(1),
            new BulkRow(2, $$$"""{"lines":[{{{line}}},{{{line}}}],"payment":{"token":"tok_ok"}}""")
        );
        (await DoneAsync(id))
            .GetProperty("rows")
            .ToString()
            .Should()
            .StartWith("""{"received":2,"accepted":1,"replayed":0,"rejected":1""");
        (await GetAsync(_olga, $"bulk-orders/{id}/errors"))
            .GetProperty("rows")[0]
            .GetProperty("errors")[0]
            .GetProperty("field")
            .GetString()
            .Should()
            .Be("/lines");
    }

    [Fact]
    public async Task A_job_is_paused_and_resumed()
    {
        var id = await OpenAsync(_alice, New());
        using var paused = await _alice.PostAsync(
            $"bulk-orders/{id}/pause",
            null,
            TestContext.Current.CancellationToken
        );
        (await paused.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("state")
            .GetString()
            .Should()
            .Be("paused");
        await SendAsync(_alice, id, BulkScene.Row(1));
        (await GetAsync(_alice, $"bulk-orders/{id}")).GetProperty("state").GetString().Should().Be("paused");
        (await _alice.PostAsync($"bulk-orders/{id}/resume", null, TestContext.Current.CancellationToken))
            .StatusCode.Should()
            .Be(HttpStatusCode.OK);
        (await DoneAsync(id)).GetProperty("rows").GetProperty("accepted").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task An_operator_retries_a_parked_row()
    {
        var id = await OpenAsync(_alice, New());
        using var paused = await _alice.PostAsync(
            $"bulk-orders/{id}/pause",
            null,
            TestContext.Current.CancellationToken
        );
        await SendAsync(_alice, id, BulkScene.Row(1));
        await Sql.ScalarAsync<object>(
            fixture.Database.Names.App,
            $"update bulk_rows set state = 'parked', cause = 'test' where job_id = '{id}'; update bulk_jobs set parked = 1 where id = '{id}'"
        );

        using var retried = await _olga.PostAsync(
            $"bulk-orders/{id}/rows/1/retry",
            null,
            TestContext.Current.CancellationToken
        );

        (await retried.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken))
            .GetProperty("rows")
            .GetProperty("parked")
            .GetInt32()
            .Should()
            .Be(0);
        using var resumed = await _alice.PostAsync(
            $"bulk-orders/{id}/resume",
            null,
            TestContext.Current.CancellationToken
        );
        (await DoneAsync(id)).GetProperty("rows").GetProperty("accepted").GetInt32().Should().Be(1);
    }

    [Fact]
    public async Task A_key_names_one_file_and_one_policy()
    {
        var key = New();
        var id = await SubmitAsync(_alice, key, BulkScene.Row(1));
        (await OpenAsync(_alice, key)).Should().Be(id);
        (await OpenAsync(_bob, key)).Should().NotBe(id);
        await IsProblemAsync(
            await PostAsync(_alice, "bulk-orders?onError=ignore_failed", key),
            422,
            "idempotency-conflict"
        );
        await IsProblemAsync(await PostAsync(_alice, "bulk-orders?onError=other", New()), 422, "invalid");
        await IsProblemAsync(await PostAsync(_alice, "bulk-orders", null), 400, "idempotency-key-missing");
        await IsProblemAsync(
            await _alice.PostAsJsonAsync(
                $"bulk-orders/{id}/rows",
                new BulkRows([BulkScene.Row(1, quantity: "2")]),
                TestContext.Current.CancellationToken
            ),
            422,
            "idempotency-conflict"
        );
        await IsProblemAsync(
            await _alice.PostAsync($"bulk-orders/{id}/end?rows=2", null, TestContext.Current.CancellationToken),
            422,
            "idempotency-conflict"
        );
    }

    private static string New() => Guid.CreateVersion7().ToString();

    private static async Task<Guid> SubmitAsync(HttpClient caller, string key, params BulkRow[] rows)
    {
        var id = await OpenAsync(caller, key);
        await SendAsync(caller, id, rows);
        return id;
    }

    private static async Task SendAsync(HttpClient caller, Guid id, params BulkRow[] rows)
    {
        (await caller.PostAsJsonAsync($"bulk-orders/{id}/rows", new BulkRows(rows)))
            .StatusCode.Should()
            .Be(HttpStatusCode.NoContent);
        (await caller.PostAsync($"bulk-orders/{id}/end?rows={rows.Length}", null))
            .StatusCode.Should()
            .Be(HttpStatusCode.Accepted);
    }

    private static async Task<Guid> OpenAsync(HttpClient caller, string key)
    {
        using var opened = await PostAsync(caller, "bulk-orders", key);
        opened.StatusCode.Should().Be(HttpStatusCode.Accepted);
        return (await opened.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetGuid();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient caller, string path, string? key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path);
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return await caller.SendAsync(request);
    }

    private async Task<JsonElement> DoneAsync(Guid id)
    {
        JsonElement job = default;
        await Wait.UntilAsync(
            async () => (job = await GetAsync(_olga, $"bulk-orders/{id}")).GetProperty("state").GetString() is "done",
            "the job is done"
        );
        return job;
    }

    private static Task<JsonElement> GetAsync(HttpClient caller, string path) =>
        caller.GetFromJsonAsync<JsonElement>(path);

    private static async Task IsProblemAsync(HttpResponseMessage response, int status, string kind)
    {
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        ((int)response.StatusCode).Should().Be(status);
        body.GetProperty("type").GetString().Should().EndWith($":{kind}");
        response.Dispose();
    }
}
