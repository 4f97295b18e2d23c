using DaprShop.ServiceDefaults;
using static DaprShop.Contracts.Apps;

namespace DaprShop.Gateway.Forwarding;

/// <summary>A route of the gateway.</summary>
/// <param name="App">The service that handles it.</param>
/// <param name="Policy">
/// The authorization policy that its callers must meet; null where anybody may call and the service authenticates the
/// request itself.
/// </param>
/// <param name="HandledHere">
/// The gateway has an endpoint of its own for it, instead of forwarding the request as it is.
/// </param>
internal sealed record GatewayRoute(
    string Method,
    string Pattern,
    string App,
    string? Policy,
    bool HandledHere = false
);

/// <summary>
/// Every route that clients can reach. A route that is not listed here is not reachable: services also have routes that
/// only sidecars may call. Services authorize the caller again; they do not trust the gateway.
/// </summary>
internal static class RouteTable
{
    /// <summary>The routes of the services.</summary>
    public static IReadOnlyList<GatewayRoute> Routes { get; } =
    [
        new("POST", "/orders", Orders, Identity.Customer),
        new("GET", "/orders", Orders, Identity.Customer),
        new("GET", "/orders/{id}", Orders, Identity.Customer),
        new("GET", "/orders/{id}/transitions", Orders, Identity.Customer),
        new("POST", "/orders/{id}/cancel", Orders, Identity.Customer),
        new("POST", "/orders/{id}/decision", Orders, Identity.Customer),
        new("POST", "/orders/{id}/payment", Orders, Identity.Customer),
        new("POST", "/waitlist/offers/{id}/accept", Orders, Identity.Customer),
        new("POST", "/bulk-orders", Orders, Identity.Customer, HandledHere: true),
        new("GET", "/bulk-orders", Orders, Identity.Customer),
        new("GET", "/bulk-orders/{id}", Orders, Identity.Customer),
        new("GET", "/bulk-orders/{id}/errors", Orders, Identity.Customer),
        new("POST", "/bulk-orders/{id}/pause", Orders, Identity.Customer),
        new("POST", "/bulk-orders/{id}/resume", Orders, Identity.Customer),
        new("POST", "/bulk-orders/{id}/abandon", Orders, Identity.Customer),
        new("POST", "/bulk-orders/{id}/rows/{row}/retry", Orders, Identity.Operator),
        new("POST", "/shipments", Orders, Identity.Operator),
        new("POST", "/shipments/{id}/delivery", Orders, Identity.Operator),
        new("GET", "/orders/{id}/shipments", Orders, Identity.Customer),
        new("POST", "/orders/{id}/cancellations", Orders, Identity.Customer),
        new("GET", "/orders/{id}/cancellations", Orders, Identity.Customer),
        new("POST", "/orders/{id}/returns", Orders, Identity.Customer),
        new("GET", "/orders/{id}/returns", Orders, Identity.Customer),
        new("GET", "/returns", Orders, Identity.Operator),
        new("POST", "/returns/{id}/decision", Orders, Identity.Operator),
        new("GET", "/ops/backlog", Orders, Identity.Operator),
        new("GET", "/ops/orders/summary", Orders, Identity.Operator),
        new("GET", "/ops/attention", Orders, Identity.Operator),
        new("POST", "/ops/orders", Orders, Identity.Operator),
        new("POST", "/ops/orders/{id}/retry", Orders, Identity.Operator),
        new("POST", "/ops/orders/retry", Orders, Identity.Operator),
        new("POST", "/ops/stock/repair", Inventory, Identity.Operator),
        new("GET", "/ops/shortages", Inventory, Identity.Operator),
        new("GET", "/ops/saga", Orders, Identity.Operator),
        new("PUT", "/ops/saga", Orders, Identity.Operator),
        new("GET", "/items", Inventory, Identity.Customer),
        new("GET", "/items/{sku}", Inventory, Identity.Customer),
        new("PUT", "/items/{sku}", Inventory, Identity.Operator),
        new("PATCH", "/items/{sku}", Inventory, Identity.Operator),
        new("GET", "/stock", Inventory, Identity.Customer),
        new("GET", "/stock/{sku}", Inventory, Identity.Customer),
        new("GET", "/stock/{sku}/movements", Inventory, Identity.Operator),
        new("POST", "/stock/{sku}/receipts", Inventory, Identity.Operator),
        new("POST", "/stock/{sku}/adjustments", Inventory, Identity.Operator),
        new("POST", "/stock/allocations/moves", Inventory, Identity.Operator),
        new("POST", "/stock/returns", Inventory, Identity.Operator),
        new("POST", "/stock/{sku}/counts", Inventory, Identity.Operator),
        new("POST", "/stock/{sku}/withholdings", Inventory, Identity.Operator),
        new("GET", "/stock/{sku}/at/{time}", Inventory, Identity.Operator),
        new("POST", "/inbounds", Inventory, Identity.Operator),
        new("GET", "/inbounds", Inventory, Identity.Operator),
        new("GET", "/inbounds/{reference}", Inventory, Identity.Operator),
        new("PATCH", "/inbounds/{reference}", Inventory, Identity.Operator),
        new("POST", "/inbounds/{reference}/receipts", Inventory, Identity.Operator),
        new("POST", "/inbounds/{reference}/close", Inventory, Identity.Operator),
        new("POST", "/transfers", Inventory, Identity.Operator),
        new("PUT", "/locations/{location}", Inventory, Identity.Operator),
        new("GET", "/locations", Inventory, Identity.Operator),
        new("GET", "/locations/{location}", Inventory, Identity.Operator),
        new("PATCH", "/locations/{location}", Inventory, Identity.Operator),
        new("POST", "/holds", Inventory, Identity.Customer),
        new("GET", "/holds/{id}", Inventory, Identity.Customer),
        new("POST", "/holds/{id}/extend", Inventory, Identity.Customer),
        new("DELETE", "/holds/{id}", Inventory, Identity.Customer),
        new("POST", "/waitlist/{sku}", Inventory, Identity.Customer),
        new("DELETE", "/waitlist/{sku}", Inventory, Identity.Customer),
        new("GET", "/waitlist/offers", Inventory, Identity.Customer),
        new("DELETE", "/waitlist/offers/{id}", Inventory, Identity.Customer),
        new("POST", "/payments/credits", Payments, Identity.Operator),
        new("GET", "/payments/{orderId}", Payments, Identity.Operator),
        new("POST", "/webhooks/payments", Payments, Policy: null),
        new("GET", "/orders/{id}/timeline", History, Identity.Customer),
        new("GET", "/orders/{id}/why", History, Identity.Customer),
        new("GET", "/timeline", History, Identity.Customer),
        new("GET", "/customers/{customer}/timeline", History, Identity.Operator),
        new("GET", "/stock/{sku}/timeline", History, Identity.Operator),
        new("GET", "/locations/{location}/timeline", History, Identity.Operator),
        new("POST", "/ops/history/rebuild", History, Identity.Operator),
        new("GET", "/ops/history/rebuild", History, Identity.Operator),
        new("GET", "/ops/dead-letters", History, Identity.Operator),
        new("POST", "/ops/dead-letters/{id}/replay", History, Identity.Operator),
        new("DELETE", "/ops/dead-letters/{id}", History, Identity.Operator),
    ];

    /// <summary>The routes that exist only in the gateway.</summary>
    public static IReadOnlyList<GatewayRoute> Own { get; } =
    [
        new("GET", "/orders/{id}/events", Contracts.Apps.Gateway, Identity.Customer),
        new("GET", "/bulk-orders/{id}/events", Contracts.Apps.Gateway, Identity.Customer),
    ];

    /// <summary>The routes of the services that the gateway forwards as they are.</summary>
    public static IReadOnlyList<GatewayRoute> Forwarded { get; } = [.. Routes.Where(r => !r.HandledHere)];

    /// <summary>The services behind the routes.</summary>
    public static IReadOnlyList<string> Apps { get; } = [.. Routes.Select(r => r.App).Distinct()];
}
