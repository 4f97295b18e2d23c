using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Serialization;
using DaprShop.Contracts;
using DaprShop.Messaging;
using DaprShop.Orders.Model;
using DaprShop.Orders.Placing;
using DaprShop.Orders.Saga;
using DaprShop.ServiceDefaults;
using DaprShop.TestKit;
using Npgsql;

namespace DaprShop.Orders.Tests;

/// <summary>A migrated database of Orders, as the service's own role.</summary>
internal sealed class OrdersDatabase(TestDatabase names, NpgsqlDataSource source) : IAsyncDisposable
{
    public TestDatabase Names => names;

    public NpgsqlDataSource Source => source;

    public SagaStore Store { get; } = new(source, new RelaySignal(), new SagaOptions(), TimeProvider.System);

    public static async Task<OrdersDatabase> CreateAsync()
    {
        var names = await (await LocalPostgres.SharedAsync()).CreateDatabaseAsync(Apps.Orders, owner =>
            Database.MigrateAsync<OrdersDbContext>(owner, o => new OrdersDbContext(o))
        );
        return new OrdersDatabase(names, NpgsqlDataSource.Create(names.App));
    }

    public OrderAcceptanceStore Accepting() =>
        new(source, new RelaySignal(), new DispatchSignal(), NoFailpoints.Instance, TimeProvider.System);

    public static AcceptOrder Order(
        string key,
        byte fingerprint = 1,
        int quantity = 1,
        string token = "tok_ok",
        string caller = "alice",
        string onShortage = ShortagePolicies.Reject,
        bool anotherCard = false
    ) =>
        new(
            caller,
            key,
            [fingerprint],
            caller,
            [new PricedLine("cup", quantity, 2.5m)],
            token,
            onShortage,
            AnotherCard: anotherCard
        );

    public async Task<List<Guid>> AcceptAsync(
        int count,
        int quantity = 1,
        string token = "tok_ok",
        string onShortage = ShortagePolicies.Reject,
        bool anotherCard = false
    )
    {
        var answers = await Accepting()
            .CommitAsync(
                [
                    .. Enumerable
                        .Range(0, count)
                        .Select(_ =>
                            Order(
                                Guid.CreateVersion7().ToString(),
                                quantity: quantity,
                                token: token,
                                onShortage: onShortage,
                                anotherCard: anotherCard
                            )
                        ),
                ],
                CancellationToken.None
            );
        return [.. answers.Select(a => a.Order!.Id)];
    }

    public async Task<List<Guid>> ClaimAsync(int slots = 1, int size = 200) =>
        [.. (await Store.ClaimAsync(slots, size, CancellationToken.None)).Select(batch => batch.Id)];

    public Task<long> NumberAsync(string sql) => Sql.ScalarAsync<long>(names.App, sql);

    public Task<string?> StatusAsync(Guid order) =>
        Sql.ScalarAsync<string>(names.App, $"select status from orders where id = '{order}'");

    public async ValueTask DisposeAsync()
    {
        await source.DisposeAsync();
        await LoggedEvents.AreAsDescribedAsync(names.App);
    }
}

/// <summary>
/// Fakes of Inventory and Payments: their contracts, with a dictionary each. They answer at the
/// sidecar's address.
/// </summary>
internal sealed class FakeServices(int units) : HttpMessageHandler, IHttpClientFactory
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web)
    {
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase) },
    };
    private readonly Lock _lock = new();
    private readonly List<(Guid Id, int Wanted)> _waiting = [];

    public Dictionary<Guid, (ReservationState State, int Units)> Claims { get; } = [];

    public Dictionary<Guid, ChargeState> Charges { get; } = [];

    /// <summary>The attempt and the card that each order was charged with, last.</summary>
    public Dictionary<Guid, (int Attempt, string Token)> Cards { get; } = [];

    /// <summary>Holds and offers.</summary>
    public Dictionary<
        Guid,
        (string Customer, IReadOnlyList<OrderedUnits> Lines, DateTimeOffset ExpiresAt)
    > Offers { get; } = [];

    /// <summary>The orders for which holds were claimed, by hold and request.</summary>
    public Dictionary<(Guid Hold, string Request), Guid> Taken { get; } = [];

    /// <summary>True where claims of offers do not check the customer, as a repeated claim.</summary>
    public bool GivesOffersToAnyone { get; set; }

    public int Free { get; private set; } = units;

    /// <summary>The units that each order asked for, last.</summary>
    public Dictionary<Guid, ReserveOrder> Reserved { get; } = [];

    /// <summary>The response to each shipment by key.</summary>
    public Dictionary<string, ShipResponse> Shipped { get; } = [];

    /// <summary>Returned units by key.</summary>
    public Dictionary<string, ReturnUnitsRequest> TakenBack { get; } = [];

    /// <summary>Units released of orders by key.</summary>
    public Dictionary<string, ReleaseUnitsRequest> ReleasedUnits { get; } = [];

    /// <summary>Units that are allocated to orders that wait for the rest.</summary>
    public Dictionary<Guid, int> There { get; } = [];

    /// <summary>Partial refunds by reference.</summary>
    public Dictionary<Guid, PartRefundRequest> PartRefunds { get; } = [];

    /// <summary>True where charges are only authorised.</summary>
    public bool Authorises { get; set; }

    /// <summary>The captures that were asked for, in order.</summary>
    public List<CaptureRequest> Captures { get; } = [];

    /// <summary>The response to captures.</summary>
    public CaptureResponse Capture { get; set; } = new(CaptureState.Captured);

    /// <summary>The reason with which shipments are refused; null: they are not.</summary>
    public string? RefuseShipments { get; set; }

    /// <summary>The price of a cup, the only item, in GBP.</summary>
    public decimal Price { get; set; } = 2.5m;

    /// <summary>False where the cup is not on sale.</summary>
    public bool OnSale { get; set; } = true;

    /// <summary>False where the cup is a service.</summary>
    public bool Stocked { get; set; } = true;

    /// <summary>The number of item lookups.</summary>
    public int LookUps { get; private set; }

    /// <summary>What orders wait for.</summary>
    public Dictionary<Guid, IReadOnlyList<BackorderPosition>> Waits { get; } = [];

    /// <summary>The largest number of items in one lookup.</summary>
    public int MostLookedUp { get; private set; }

    /// <summary>The number of messages that History has parked; null while it is away.</summary>
    public long? Parked { get; set; } = 0;

    /// <summary>Called before each request is answered.</summary>
    public Func<string, Task>? Before { get; set; }

    /// <summary>While set, every request gets this status.</summary>
    public HttpStatusCode? Failure { get; set; }

    public HttpClient CreateClient(string name) =>
        new(this, disposeHandler: false) { BaseAddress = new Uri($"http://{name}/") };

    protected override async Task<HttpResponseMessage> SendAsync(
        HttpRequestMessage request,
        CancellationToken cancellationToken
    )
    {
        var path = request.RequestUri!.AbsolutePath;
        if (Before is { } before)
            await before(path);
        if (Failure is { } failure)
            return new HttpResponseMessage(failure);
        object? answer;
        switch (path)
        {
            case "/locations/lookup":
                answer = (await request.Content!.ReadFromJsonAsync<LocationLookup>(Json, cancellationToken))!
                    .Locations.Where(l => l != "nowhere")
                    .ToList();
                break;
            case "/items/lookup":
                var lookup = await request.Content!.ReadFromJsonAsync<ItemLookup>(Json, cancellationToken);
                lock (_lock)
                    (LookUps, MostLookedUp) = (LookUps + 1, Math.Max(MostLookedUp, lookup!.Skus.Count));
                answer = lookup!
                    .Skus.Where(sku => sku == "cup")
                    .Select(sku => new Item(sku, "Cup", Price, Stocked, OnSale: OnSale))
                    .ToList();
                break;
            case var taken when taken.StartsWith("/internal/holds/", StringComparison.Ordinal):
                var asked = await request.Content!.ReadFromJsonAsync<ClaimHoldRequest>(Json, cancellationToken);
                var hold = Guid.Parse(taken.Split('/')[3]);
                if (
                    !Offers.TryGetValue(hold, out var offer)
                    || (asked!.Customer ?? offer.Customer) != offer.Customer && !GivesOffersToAnyone
                )
                    return new HttpResponseMessage(HttpStatusCode.NotFound);
                lock (_lock)
                {
                    if (!Taken.TryGetValue((hold, asked!.Key), out var orderId))
                    {
                        if (offer.ExpiresAt < TimeProvider.System.GetUtcNow())
                            return new HttpResponseMessage(HttpStatusCode.Conflict);
                        Taken[(hold, asked.Key)] = orderId = asked.OrderId;
                    }

                    answer = new ClaimedHold(hold, orderId, offer.Customer, offer.Lines);
                }

                break;
            case var claims when claims.EndsWith("/claims", StringComparison.Ordinal):
                answer = new OrderClaims(
                    null,
                    There.TryGetValue(Guid.Parse(claims.Split('/')[3]), out var units)
                        ? [new AllocatedUnits("cup", "main", units)]
                        : [],
                    Waits.GetValueOrDefault(Guid.Parse(claims.Split('/')[3])) ?? [],
                    new OutboxState(0, 0, 0)
                );
                break;
            case "/internal/dead-letters/count":
                if (Parked is null)
                    return new HttpResponseMessage(HttpStatusCode.ServiceUnavailable);
                answer = new DeadLetterCount(Parked.Value);
                break;
            case "/reservations":
                var reserve = await request.Content!.ReadFromJsonAsync<ReserveRequest>(Json, cancellationToken);
                lock (_lock)
                    answer = new ReserveResponse([.. reserve!.Orders.Select(Reserve)]);
                break;
            case "/charges":
                var charge = await request.Content!.ReadFromJsonAsync<ChargeRequest>(Json, cancellationToken);
                lock (_lock)
                    answer = new ChargeResponse([.. charge!.Orders.Select(Charge)]);
                break;
            case "/reservations/release":
                var release = await request.Content!.ReadFromJsonAsync<ReleaseRequest>(Json, cancellationToken);
                lock (_lock)
                    foreach (var id in release!.OrderIds)
                        Release(id);
                return new HttpResponseMessage(HttpStatusCode.NoContent);
            case "/reservations/ship":
                var ship = await request.Content!.ReadFromJsonAsync<ShipRequest>(Json, cancellationToken);
                lock (_lock)
                {
                    if (!Shipped.TryGetValue(ship!.Key, out var shipped))
                        Shipped[ship.Key] = shipped = new ShipResponse(
                            ship.OrderId,
                            RefuseShipments is null ? ship.Lines! : [],
                            RefuseShipments
                        );
                    answer = shipped;
                }

                break;
            case "/reservations/release-units":
                var cancelled = await request.Content!.ReadFromJsonAsync<ReleaseUnitsRequest>(Json, cancellationToken);
                lock (_lock)
                    ReleasedUnits[cancelled!.Key] = cancelled;
                return new HttpResponseMessage(HttpStatusCode.OK);
            case "/reservations/return":
                var back = await request.Content!.ReadFromJsonAsync<ReturnUnitsRequest>(Json, cancellationToken);
                lock (_lock)
                    TakenBack[back!.Key] = back;
                return new HttpResponseMessage(HttpStatusCode.OK);
            case "/captures":
                var capture = await request.Content!.ReadFromJsonAsync<CaptureRequest>(Json, cancellationToken);
                lock (_lock)
                    Captures.Add(capture!);
                answer = Capture;
                break;
            case "/refunds/parts":
                var part = await request.Content!.ReadFromJsonAsync<PartRefundRequest>(Json, cancellationToken);
                lock (_lock)
                    PartRefunds[part!.Reference] = part;
                return new HttpResponseMessage(HttpStatusCode.NoContent);
            default:
                var refund = await request.Content!.ReadFromJsonAsync<RefundRequest>(Json, cancellationToken);
                lock (_lock)
                    foreach (var id in refund!.OrderIds)
                        Charges[id] = ChargeState.Refunded;
                return new HttpResponseMessage(HttpStatusCode.NoContent);
        }

        return new HttpResponseMessage(HttpStatusCode.OK) { Content = JsonContent.Create(answer, options: Json) };
    }

    /// <summary>Receives units: backorders get them first, the rest is free.</summary>
    public void Receive(int quantity)
    {
        lock (_lock)
        {
            Free += quantity;
            foreach (var (id, wanted) in _waiting.Where(w => w.Wanted <= Free).ToList())
            {
                Free -= wanted;
                Claims[id] = (ReservationState.Allocated, wanted);
                _waiting.Remove((id, wanted));
            }
        }
    }

    private ReserveOutcome Reserve(ReserveOrder order)
    {
        Reserved[order.OrderId] = order;
        if (
            order.OnShortage == ShortagePolicy.Partial
            && There.TryGetValue(order.OrderId, out var there)
            && Claims[order.OrderId].State == ReservationState.Backordered
        )
        {
            Claims[order.OrderId] = (ReservationState.Allocated, there);
            _waiting.RemoveAll(w => w.Id == order.OrderId);
        }

        if (!Claims.TryGetValue(order.OrderId, out var claim))
        {
            var wanted = order.Lines.Sum(l => l.Quantity);
            if (wanted > Free && order.OnShortage == ShortagePolicy.Ask)
                return new ReserveOutcome(
                    order.OrderId,
                    ReservationState.Undecided,
                    [new Shortage("cup", wanted, Free)]
                );
            claim =
                wanted <= Free ? (ReservationState.Allocated, wanted)
                : order.OnShortage == ShortagePolicy.Partial && Free > 0 ? (ReservationState.Allocated, Free)
                : order.OnShortage == ShortagePolicy.Backorder ? (ReservationState.Backordered, 0)
                : (ReservationState.OutOfStock, 0);
            if (claim.State == ReservationState.Backordered)
                _waiting.Add((order.OrderId, wanted));
            Free -= claim.Units;
            Claims[order.OrderId] = claim;
        }

        return new ReserveOutcome(
            order.OrderId,
            claim.State,
            claim.State == ReservationState.OutOfStock ? [new Shortage("cup", 1, Free)]
                : claim.State == ReservationState.Allocated && claim.Units < order.Lines.Sum(l => l.Quantity)
                    ? [new Shortage("cup", order.Lines.Sum(l => l.Quantity), claim.Units)]
                : []
        );
    }

    private void Release(Guid id)
    {
        if (Claims.TryGetValue(id, out var claim) && claim.State == ReservationState.Allocated)
            Free += claim.Units;
        Claims[id] = (ReservationState.Released, 0);
        _waiting.RemoveAll(w => w.Id == id);
    }

    private ChargeOutcome Charge(ChargeOrder order)
    {
        var isAnother =
            Charges.GetValueOrDefault(order.OrderId) == ChargeState.Declined
            && order.Attempt > Cards.GetValueOrDefault(order.OrderId).Attempt;
        if (!Charges.TryGetValue(order.OrderId, out var state) || state == ChargeState.Pending || isAnother)
        {
            Cards[order.OrderId] = (order.Attempt, order.Token);
            state = order.Token switch
            {
                "tok_declined" => ChargeState.Declined,
                "tok_late" => ChargeState.Pending,
                "tok_flaky" when state != ChargeState.Pending || !Charges.ContainsKey(order.OrderId) =>
                    ChargeState.Pending,
                _ => Authorises ? ChargeState.Authorised : ChargeState.Captured,
            };
            Charges[order.OrderId] = state;
        }

        return new ChargeOutcome(
            order.OrderId,
            state,
            state == ChargeState.Declined ? "declined by the provider" : null
        );
    }
}
