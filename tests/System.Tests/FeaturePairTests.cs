using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using CsCheck;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// Where two features meet: random sequences of requests to a running shop, each about the commands of a pair of
/// features, on two SKUs and for two customers of its own. The audit judges the result. <c>PAIR_SEQUENCES</c> sets the
/// number of sequences.
/// </summary>
public sealed class FeaturePairTests(SharedShop shops, ITestOutputHelper output) : SharedShopTest(shops)
{
    private const int Together = 12;
    private const int Enough = 1_000;
    private static readonly int Sequences = Slice.Current.Size("PAIR_SEQUENCES", part: 40, full: 2_000);

    private static readonly string[] Common = ["order", "order", "receive", "ship"];

    private static readonly (string Name, string[] Commands)[] Pairs =
    [
        ("hold × item change", ["hold", "hold", "release", "extend", "order a hold", "change item", "cancel"]),
        ("limit × waitlist", ["limit", "join", "join", "leave", "accept offer", "hold", "return", "cancel"]),
        ("count × hold", ["count", "count", "hold", "order a hold", "withhold", "adjust", "release"]),
        ("partial × return", ["ship a part", "ship a part", "deliver", "return", "return", "decide", "cancel a part"]),
        (
            "promise × delivery",
            ["backorder", "backorder", "announce", "arrive", "close", "transfer", "cancel a part", "take"]
        ),
        (
            "payment × end",
            ["order with a poor card", "another card", "cancel", "cancel a part", "count", "ship a part"]
        ),
        ("count × move", ["count", "count", "move", "move", "transfer", "cancel a part", "ship a part"]),
    ];

    private static readonly Gen<(int Pair, int[] Choices)> Sequence = Gen.Select(
        Gen.Int[0, Pairs.Length - 1],
        Gen.Int[0, 999].Array[20]
    );

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public async Task Random_sequences_of_two_features_together_break_no_invariant(string runtime)
    {
        var fixture = await ShopAsync(runtime);
        var seed = (uint)Slice.Current.Seed($"feature pairs, {runtime}");
        var random = new PCG(seed);
        var sequences = Enumerable.Range(0, Sequences).Select(_ => Sequence.Generate(random, null, out var _)).ToList();
        (
            await SendAsync(fixture.Olga, HttpMethod.Put, "locations/north", new { priority = 2, sold = true })
        ).EnsureSuccessStatusCode();
        var statuses = new System.Collections.Concurrent.ConcurrentBag<(string Command, int Status)>();
        await Parallel.ForEachAsync(
            sequences.Index(),
            new ParallelOptions { MaxDegreeOfParallelism = Together },
            async (numbered, _) =>
            {
                var (number, (pair, choices)) = numbered;
                using var scene = await Scene.CreateAsync(fixture, $"{runtime[0]}{seed}-{number}");
                var commands = Common.Concat(Pairs[pair].Commands).ToArray();
                foreach (var choice in choices)
                {
                    var command = commands[choice % commands.Length];
                    if (await scene.DoAsync(command, choice / commands.Length) is { } status)
                        statuses.Add((command, status));
                }
            }
        );
        await fixture.Shop.AuditAsync();

        output.WriteLine($"{runtime}: {string.Join(", ", statuses.CountBy(s => s).OrderBy(s => s.Key))}");
        var succeeded = statuses.Where(s => s.Status < 300).Select(s => s.Command).Distinct().ToList();
        var all = Common.Concat(Pairs.SelectMany(p => p.Commands)).Distinct().ToList();
        // Rare ones need many sequences.
        if (Sequences >= Enough)
            succeeded.Should().BeEquivalentTo(all, "each command must succeed now and then");
        else
            succeeded.Should().HaveCountGreaterThan(all.Count / 2, "the commands must succeed now and then");
    }

    /// <summary>Two SKUs, two places and two customers of one sequence, and what they have so far.</summary>
    private sealed class Scene(ShopFixture shop, string name) : IDisposable
    {
        private readonly HttpClient[] _customers =
        [
            shop.Shop.As("customer", $"ann-{name}"),
            shop.Shop.As("customer", $"bea-{name}"),
        ];
        private readonly string[] _skus = [$"x-{name}", $"y-{name}"];
        private readonly List<(HttpClient Owner, Guid Id)> _orders = [];
        private readonly List<(HttpClient Owner, Guid Id)> _holds = [];
        private readonly List<string> _inbounds = [];
        private int _documents;
        private HttpClient Olga => shop.Olga;

        public static async Task<Scene> CreateAsync(ShopFixture shop, string name)
        {
            var scene = new Scene(shop, name);
            foreach (var sku in scene._skus)
                (
                    await SendAsync(
                        shop.Olga,
                        HttpMethod.Put,
                        $"items/{sku}",
                        new
                        {
                            name = sku,
                            price = 2.345m,
                            backorderLimit = 6,
                        }
                    )
                ).Status.Should().Be(200);
            return scene;
        }

        public void Dispose()
        {
            foreach (var customer in _customers)
                customer.Dispose();
        }

        /// <summary>The status of the response; null where there is nothing that the command could be about.</summary>
        public async Task<int?> DoAsync(string command, int choice)
        {
            var (customer, sku, place) = (
                _customers[choice % 2],
                _skus[choice / 2 % 2],
                choice % 3 == 0 ? "north" : "main"
            );
            var quantity = 1 + (choice % 4);
            switch (command)
            {
                case "order":
                    return await OrderAsync(customer, sku, quantity, choice % 3 == 0 ? "partial" : "reject");
                case "backorder":
                    return await OrderAsync(customer, sku, quantity, choice % 3 == 0 ? "ask" : "backorder");
                case "order a hold":
                    return await AboutAsync(_holds, choice, hold =>
                        OrderAsync(hold.Owner, sku, quantity, "backorder", hold: hold.Id)
                    );
                case "order with a poor card":
                    string[] cards = ["tok_declined", "tok_flaky", "tok_timeout", "tok_ok"];
                    return await OrderAsync(customer, sku, quantity, "reject", cards[choice % cards.Length]);
                case "cancel":
                    return await AboutOrderAsync(choice, o => PostAsync(o.Owner, $"orders/{o.Id}/cancel", new { }));
                case "receive":
                    return await PostAsync(
                        Olga,
                        $"stock/{sku}/receipts",
                        new
                        {
                            quantity = quantity * 2,
                            reason = "delivery",
                            location = place,
                        }
                    );
                case "adjust":
                    return await PostAsync(
                        Olga,
                        $"stock/{sku}/adjustments",
                        new
                        {
                            quantity = -1,
                            reason = "broken",
                            location = place,
                        }
                    );
                case "count":
                    return await PostAsync(
                        Olga,
                        $"stock/{sku}/counts",
                        new
                        {
                            counted = choice % 7,
                            expected = (long?)null,
                            reason = "stocktake",
                            location = place,
                            whenPromised = choice % 2 == 0 ? "accept" : "refuse",
                        }
                    );
                case "withhold":
                    return await PostAsync(
                        Olga,
                        $"stock/{sku}/withholdings",
                        new
                        {
                            quantity = choice % 3 == 0 ? -1 : 1,
                            reason = "damaged",
                            location = place,
                        }
                    );
                case "hold":
                    return await HoldAsync(customer, quantity, sku);
                case "release":
                    return await AboutAsync(_holds, choice, async h =>
                        (await SendAsync(h.Owner, HttpMethod.Delete, $"holds/{h.Id}", null)).Status
                    );
                case "extend":
                    return await AboutAsync(_holds, choice, h =>
                        PostAsync(h.Owner, $"holds/{h.Id}/extend", new { minutes = 9 })
                    );
                case "change item":
                    return await PatchAsync(
                        sku,
                        (choice % 4) switch
                        {
                            0 => new { stocked = choice % 8 != 0 },
                            1 => new { onSale = choice % 8 != 1 },
                            2 => new { backorderLimit = choice % 7 },
                            _ => new { price = 1.005m + (choice % 5) },
                        }
                    );
                case "limit":
                    return await PatchAsync(sku, new { maxPerCustomer = choice % 5 == 0 ? (int?)null : choice % 5 });
                case "join":
                    return await PostAsync(customer, $"waitlist/{sku}", new { quantity });
                case "leave":
                    return (await SendAsync(customer, HttpMethod.Delete, $"waitlist/{sku}", null)).Status;
                case "accept offer":
                    return await AcceptOfferAsync(customer);
                case "announce":
                    return await InboundAsync("inbounds", reference => new
                    {
                        reference,
                        lines = Lines(sku, quantity),
                        location = place,
                        expectedAt = TimeProvider.System.GetUtcNow().AddDays(choice % 9),
                    });
                case "transfer":
                    return await InboundAsync("transfers", reference => new
                    {
                        reference,
                        from = place,
                        to = place == "main" ? "north" : "main",
                        lines = Lines(sku, 1),
                        reason = "balance",
                    });
                case "arrive":
                    return await AboutAsync(_inbounds, choice, i =>
                        PostAsync(Olga, $"inbounds/{i}/receipts", new { lines = Lines(sku, 1) })
                    );
                case "close":
                    return await AboutAsync(_inbounds, choice, i =>
                        PostAsync(
                            Olga,
                            $"inbounds/{i}/close",
                            new { disposition = choice % 2 == 0 ? "return" : "writeOff", reason = "van broke down" }
                        )
                    );
                case "cancel a part":
                    return await AboutOrderAsync(choice, o =>
                        PostAsync(o.Owner, $"orders/{o.Id}/cancellations", new { lines = Units(choice) })
                    );
                case "take":
                    return await AboutOrderAsync(choice, o =>
                        PostAsync(o.Owner, $"orders/{o.Id}/decision", new { choice = "take" })
                    );
                case "another card":
                    return await AboutOrderAsync(choice, o =>
                        PostAsync(o.Owner, $"orders/{o.Id}/payment", new { paymentToken = "tok_ok" })
                    );
                case "move":
                    return await AboutOrderAsync(choice, o => PostAsync(
                            Olga,
                            "stock/allocations/moves",
                            new
                            {
                                orderId = o.Id,
                                sku,
                                from = place,
                                to = place == "main" ? "north" : "main",
                                quantity = 1,
                                reason = "closer",
                            }
                        ));
                case "ship":
                    return await AboutOrderAsync(choice, o => PostAsync(Olga, "shipments", new { orderId = o.Id }));
                case "ship a part":
                    return await AboutOrderAsync(choice, o =>
                        PostAsync(Olga, "shipments", new { orderId = o.Id, lines = Units(choice) })
                    );
                case "deliver":
                    return await AboutOrderAsync(choice, DeliverAsync);
                case "return":
                    return await AboutOrderAsync(choice, o =>
                        PostAsync(o.Owner, $"orders/{o.Id}/returns", new { lines = Units(choice), reason = "no" })
                    );
                case "decide":
                    return await AboutOrderAsync(choice, o => DecideReturnAsync(o.Owner, o.Id, choice));
                default:
                    throw new ArgumentOutOfRangeException(nameof(command), command, "No such command.");
            }
        }

        private static object[] Lines(string sku, int quantity) => [new { sku, quantity }];

        /// <summary>A unit of one of an order's two lines.</summary>
        private static object[] Units(int choice) => [new { line = 1 + (choice % 2), quantity = 1 }];

        private static async Task<int?> AboutAsync<T>(List<T> things, int choice, Func<T, Task<int?>> act) =>
            things.Count == 0 ? null : await act(things[^(1 + (choice % things.Count))]);

        /// <summary>The same for an order, mostly once the saga has finished with it for now.</summary>
        private async Task<int?> AboutOrderAsync(int choice, Func<(HttpClient Owner, Guid Id), Task<int?>> act)
        {
            if (_orders.Count == 0)
                return null;
            var order = _orders[^(1 + (choice % _orders.Count))];
            // Now and then a command meets the saga at work.
            if (choice % 5 > 0)
                await Wait.UntilAsync(
                    async () =>
                        (await SendAsync(order.Owner, HttpMethod.Get, $"orders/{order.Id}", null))
                            .Answer.GetProperty("status")
                            .GetString()
                            is not ("accepted" or "reserved" or "paid"),
                    $"the saga has finished with order {order.Id}"
                );
            return await act(order);
        }

        private async Task<int?> OrderAsync(
            HttpClient customer,
            string sku,
            int quantity,
            string onShortage,
            string token = "tok_ok",
            Guid? hold = null
        )
        {
            var (status, answer) = await SendAsync(
                customer,
                HttpMethod.Post,
                "orders",
                new
                {
                    lines = new[] { new { sku, quantity }, new { sku = _skus[0], quantity = 1 } },
                    payment = new { token },
                    onShortage,
                    hold,
                }
            );
            if (status < 300)
                _orders.Add((customer, answer.GetProperty("id").GetGuid()));
            return status;
        }

        private async Task<int?> HoldAsync(HttpClient customer, int quantity, string sku)
        {
            var (status, answer) = await SendAsync(
                customer,
                HttpMethod.Post,
                "holds",
                new { lines = Lines(sku, quantity), minutes = 5 }
            );
            if (status < 300)
                _holds.Add((customer, answer.GetProperty("id").GetGuid()));
            return status;
        }

        private async Task<int?> AcceptOfferAsync(HttpClient customer)
        {
            var offers = (await SendAsync(customer, HttpMethod.Get, "waitlist/offers", null)).Answer.GetProperty(
                "items"
            );
            if (offers.GetArrayLength() == 0)
                return null;
            var (status, answer) = await SendAsync(
                customer,
                HttpMethod.Post,
                $"waitlist/offers/{offers[0].GetProperty("id").GetGuid()}/accept",
                new { payment = new { token = "tok_ok" } }
            );
            if (status < 300)
                _orders.Add((customer, answer.GetProperty("id").GetGuid()));
            return status;
        }

        private async Task<int?> InboundAsync(string path, Func<string, object> body)
        {
            var reference = $"{name}-{++_documents}";
            var (status, _) = await SendAsync(Olga, HttpMethod.Post, path, body(reference));
            if (status < 300)
                _inbounds.Add(reference);
            return status;
        }

        private async Task<int?> DeliverAsync((HttpClient Owner, Guid Id) order)
        {
            var shipments = (await SendAsync(order.Owner, HttpMethod.Get, $"orders/{order.Id}/shipments", null)).Answer;
            return Entries(shipments).FirstOrDefault() is { ValueKind: JsonValueKind.Object } shipment
                ? await PostAsync(Olga, $"shipments/{shipment.GetProperty("id").GetGuid()}/delivery", new { })
                : null;
        }

        private async Task<int?> DecideReturnAsync(HttpClient owner, Guid order, int choice)
        {
            var returns = (await SendAsync(owner, HttpMethod.Get, $"orders/{order}/returns", null)).Answer;
            string[] dispositions = ["restock", "damaged", "discard", "refuse"];
            return
                Entries(returns).FirstOrDefault(r => r.GetProperty("state").GetString() == "requested")
                    is { ValueKind: JsonValueKind.Object } requested
                ? await PostAsync(
                    Olga,
                    $"returns/{requested.GetProperty("id").GetGuid()}/decision",
                    new
                    {
                        lines = requested
                            .GetProperty("lines")
                            .EnumerateArray()
                            .Select(l => new
                            {
                                sku = l.GetProperty("sku").GetString(),
                                line = l.GetProperty("line").GetInt32(),
                                quantity = l.GetProperty("quantity").GetInt32(),
                                disposition = dispositions[choice % dispositions.Length],
                            }),
                    }
                )
                : null;
        }

        private static JsonElement[] Entries(JsonElement list) =>
            [.. (list.ValueKind == JsonValueKind.Array ? list : list.EnumerateObject().First().Value).EnumerateArray()];

        private async Task<int?> PatchAsync(string sku, object change) =>
            (await SendAsync(Olga, HttpMethod.Patch, $"items/{sku}", change)).Status;

        private static async Task<int?> PostAsync(HttpClient client, string path, object body) =>
            (await SendAsync(client, HttpMethod.Post, path, body)).Status;

        /// <summary>Sends a request; a server error fails the test.</summary>
        private static async Task<(int Status, JsonElement Answer)> SendAsync(
            HttpClient client,
            HttpMethod method,
            string path,
            object? body
        )
        {
            using var request = new HttpRequestMessage(method, path)
            {
                Content = body is null ? null : JsonContent.Create(body),
            };
            if (method != HttpMethod.Get)
                request.Headers.Add("Idempotency-Key", Guid.CreateVersion7().ToString());
            using var response = await client.SendAsync(request);
            var text = await response.Content.ReadAsStringAsync();
            ((int)response.StatusCode)
                .Should()
                .BeLessThan(500, $"{method} {path} {JsonSerializer.Serialize(body)} says {text}");
            return (
                (int)response.StatusCode,
                response.StatusCode == HttpStatusCode.NoContent || text.Length == 0 ? default : JsonElement.Parse(text)
            );
        }
    }
}
