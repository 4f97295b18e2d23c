using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using DaprShop.TestKit;
using static DaprShop.SystemTests.ShopFixture;

namespace DaprShop.SystemTests;

/// <summary>
/// Every process is killed at every labelled step of every path, in turn; each time the order ends in the one right
/// state, and what is undone
/// is undone once. CI takes a slice of the steps each day: on the embedded runtime with the process that is at the
/// step, on Dapr with all
/// processes in turn. <c>./shop test --all</c> and <c>CRASH_MATRIX=full</c> take all cells; names of paths in
/// <c>CRASH_MATRIX</c>, separated by
/// commas, take all cells of these. The results, with durations, are written to
/// <c>artifacts/crash-matrix-{runtime}.md</c>.
/// </summary>
[Collection("one shop at a time")]
public sealed class CrashMatrix
{
    private static readonly string? Requested = Environment.GetEnvironmentVariable("CRASH_MATRIX");
    private static readonly string[] AllProcesses =
    [
        "orders",
        "inventory",
        "payments",
        "history",
        "gateway",
        "postgres",
    ];

    private const int StepsInSlice = 10;
    private const int CaptureStepsInSlice = 3;

    private static readonly (string Step, string Process)[] Compensations =
    [
        ("invoking-refunds", "orders"),
        ("invoked-refunds", "orders"),
        ("recorded-refunds", "orders"),
        ("invoking-reservations/release", "orders"),
        ("committing-Release", "inventory"),
        ("committed-Release", "inventory"),
        ("invoked-reservations/release", "orders"),
        ("recorded-releases", "orders"),
    ];

    private static (string Step, string Process)[] Asking =>
        [
            ("provider-asking", "payments"),
            ("provider-answered", "payments"),
            ("answers-before-commit", "payments"),
            ("answers-after-commit", "payments"),
        ];

    /// <summary>The paths of an order, with their steps and the process that executes each step.</summary>
    private static readonly (string Path, Func<Scene, Task> Run, (string Step, string Process)[] Steps)[] Paths =
    [
        (
            "place",
            PlaceAsync,
            [
                ("placing", "orders"),
                ("placed", "orders"),
                ("publishing-orders", "orders"),
                ("published-orders", "orders"),
            ]
        ),
        (
            "reserve",
            PlaceAsync,
            [
                ("invoking-reservations", "orders"),
                ("committing-Reserve", "inventory"),
                ("committed-Reserve", "inventory"),
                ("invoked-reservations", "orders"),
                ("published-stock", "inventory"),
            ]
        ),
        (
            "charge",
            PlaceAsync,
            [
                ("invoking-charges", "orders"),
                ("payments-before-commit", "payments"),
                ("payments-after-commit", "payments"),
                ("provider-asking", "payments"),
                ("provider-answered", "payments"),
                ("answers-before-commit", "payments"),
                ("answers-after-commit", "payments"),
                ("invoked-charges", "orders"),
                ("published-payments", "payments"),
            ]
        ),
        (
            "webhook",
            CompleteLateAsync,
            [
                ("receiving-webhook", "payments"),
                ("provider-asking", "payments"),
                ("answers-before-commit", "payments"),
                ("answers-after-commit", "payments"),
                ("invoking-sagas/resume", "payments"),
            ]
        ),
        ("settle", PlaceAsync, [("settling", "orders"), ("settled", "orders")]),
        ("cancel", CancelAsync, [("cancelled", "orders"), .. Compensations]),
        ("expire", ExpireAsync, Compensations),
        (
            "backorder fill",
            FillAsync,
            [
                ("committing-Book", "inventory"),
                ("committed-Book", "inventory"),
                ("invoking-sagas/resume", "inventory"),
                ("invoked-sagas/resume", "inventory"),
            ]
        ),
        ("ask", AskAsync, [("decided", "orders")]),
        (
            "payment-retry",
            RetryPaymentAsync,
            [
                ("naming-card", "orders"),
                ("named-card", "orders"),
                ("invoking-charges", "orders"),
                ("payments-before-commit", "payments"),
                ("payments-after-commit", "payments"),
                ("provider-asking", "payments"),
                ("provider-answered", "payments"),
                ("answers-after-commit", "payments"),
                ("invoked-charges", "orders"),
            ]
        ),
        (
            "ship",
            ShipAsync,
            [
                ("invoking-reservations/ship", "orders"),
                ("committing-Ship", "inventory"),
                ("committed-Ship", "inventory"),
                ("invoked-reservations/ship", "orders"),
            ]
        ),
        (
            "return",
            ReturnAsync,
            [
                ("invoking-reservations/return", "orders"),
                ("committing-Return", "inventory"),
                ("committed-Return", "inventory"),
                ("invoked-reservations/return", "orders"),
                ("invoking-refunds/parts", "orders"),
                ("part-refund-before-commit", "payments"),
                ("part-refund-after-commit", "payments"),
                ("invoked-refunds/parts", "orders"),
            ]
        ),
        (
            "partial-cancel",
            PartialCancelAsync,
            [
                ("cancelling-units", "orders"),
                ("cancelled-units", "orders"),
                ("invoking-reservations/release-units", "orders"),
                ("committing-ReleaseUnits", "inventory"),
                ("committed-ReleaseUnits", "inventory"),
                ("invoked-reservations/release-units", "orders"),
                ("invoking-refunds/parts", "orders"),
                ("part-refund-before-commit", "payments"),
                ("part-refund-after-commit", "payments"),
                ("invoked-refunds/parts", "orders"),
                ("settling-cancellation", "orders"),
                ("settled-cancellation", "orders"),
            ]
        ),
        (
            "bulk",
            BulkAsync,
            [
                ("uploading-rows", "gateway"),
                ("keeping-rows", "orders"),
                ("kept-rows", "orders"),
                ("uploaded-rows", "gateway"),
                ("ending-file", "orders"),
                ("ended-file", "orders"),
                ("accepting-batch", "orders"),
                ("accepted-batch", "orders"),
            ]
        ),
    ];

    /// <summary>The same where the money is authorised at the order, and captured by its shipments.</summary>
    private static readonly (
        string Path,
        Func<Scene, Task> Run,
        (string Step, string Process)[] Steps
    )[] CapturePaths =
    [
        (
            "authorise",
            AuthoriseAsync,
            [
                ("invoking-charges", "orders"),
                ("payments-before-commit", "payments"),
                ("payments-after-commit", "payments"),
                .. Asking,
                ("invoked-charges", "orders"),
            ]
        ),
        (
            "capture",
            CaptureAsync,
            [
                ("invoking-captures", "orders"),
                ("capture-before-commit", "payments"),
                ("capture-after-commit", "payments"),
                .. Asking,
                ("invoked-captures", "orders"),
                ("shipment-captured", "orders"),
                ("committing-Ship", "inventory"),
                ("invoked-reservations/ship", "orders"),
            ]
        ),
        (
            "void",
            VoidAsync,
            [
                ("invoking-refunds", "orders"),
                ("payments-before-commit", "payments"),
                ("payments-after-commit", "payments"),
                ("provider-asking", "payments"),
                ("provider-answered", "payments"),
                ("answers-before-commit", "payments"),
                ("answers-after-commit", "payments"),
                ("invoked-refunds", "orders"),
            ]
        ),
        (
            "cancel a part",
            CancelAuthorisedAsync,
            [
                ("invoking-refunds/parts", "orders"),
                ("part-refund-before-commit", "payments"),
                ("part-refund-after-commit", "payments"),
                ("invoked-refunds/parts", "orders"),
                ("settling-cancellation", "orders"),
            ]
        ),
        (
            "return of two cards",
            ReturnRenewedAsync,
            [
                ("invoking-refunds/parts", "orders"),
                ("part-refund-before-commit", "payments"),
                ("part-refund-after-commit", "payments"),
                ("provider-answered", "payments"),
                ("answers-before-commit", "payments"),
                ("invoked-refunds/parts", "orders"),
            ]
        ),
        ("renewal", RenewAsync, [("renewing", "payments"), ("renewed", "payments"), .. Asking]),
        (
            "lapse",
            LapseAsync,
            [
                ("invoking-payments/lapsed", "payments"),
                ("recording-lapse", "orders"),
                ("recorded-lapse", "orders"),
                ("invoked-payments/lapsed", "payments"),
                ("named-card", "orders"),
            ]
        ),
    ];

    private static readonly Dictionary<string, string[]> Targets = new()
    {
        ["embedded"] = [.. AllProcesses, "embedded"],
        ["dapr"] =
        [
            .. AllProcesses,
            "orders/daprd",
            "inventory/daprd",
            "payments/daprd",
            "history/daprd",
            "gateway/daprd",
            "redis",
            "placement",
            "scheduler",
        ],
    };

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public Task N7_A_process_killed_at_any_step_does_not_change_how_the_order_ends(string runtime) =>
        RunAsync(runtime, "crash matrix", Paths, StepsInSlice);

    [Theory]
    [MemberData(nameof(Runtimes.Selected), MemberType = typeof(Runtimes))]
    public Task N7_A_process_killed_at_any_step_does_not_change_what_shipments_capture(string runtime) =>
        RunAsync(
            runtime,
            "crash matrix of captures",
            CapturePaths,
            CaptureStepsInSlice,
            ("Charging__Capture", "Shipment")
        );

    private static async Task RunAsync(
        string runtime,
        string name,
        (string Path, Func<Scene, Task> Run, (string Step, string Process)[] Steps)[] paths,
        int stepsInSlice,
        params (string Key, string Value)[] settings
    )
    {
        var cells = Cells(runtime, name, paths, stepsInSlice);
        if (cells.Count == 0)
            return;
        var folder = Directory.CreateTempSubdirectory("daprshop-steps-").FullName;
        var all = settings.ToDictionary(s => s.Key, s => s.Value);
        all["SHOP_FAILPOINTS"] = all["SHOP_STEPS"] = folder;
        // Longer than Payments takes to come back and to look a lost answer up.
        all["Saga__PayWithinMinutes"] = "0.4";
        await using var shop = new LiveShop { Settings = all };
        await shop.StartAsync(runtime);
        var scene = new Scene(shop, await shop.AsAsync("operator", "olga"), await shop.AsAsync("customer", "alice"));
        var report = new StringBuilder("| path | at step | killed | seconds |\n| --- | --- | --- | --- |\n");
        foreach (var (path, run, step, target) in cells)
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                scene.Step = Path.Combine(folder, step.Replace('/', '-'));
                await KillAtStepAsync(shop, scene.Step, target, () => run(scene));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"{path}: {target} was killed at {step}", e);
            }

            report.Append(
                CultureInfo.InvariantCulture,
                $"| {path} | {step} | {target} | {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} |\n"
            );
            await File.WriteAllTextAsync(
                Path.Combine(LiveShop.SourceRoot(), "artifacts", $"{name.Replace(' ', '-')}-{runtime}.md"),
                report.ToString()
            );
        }

        await shop.AuditAsync();
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>
    /// Full, each process at each step. A day's slice has a part of the steps; the next days have the following ones,
    /// and each round through the steps moves on to other processes.
    /// </summary>
    private static List<(string Path, Func<Scene, Task> Run, string Step, string Target)> Cells(
        string runtime,
        string name,
        (string Path, Func<Scene, Task> Run, (string Step, string Process)[] Steps)[] paths,
        int stepsInSlice
    )
    {
        var (targets, steps) = (
            Targets[runtime],
            paths.SelectMany(p => p.Steps.Select(s => (p.Path, p.Run, s.Step, s.Process))).ToList()
        );
        if (Slice.Current.IsFull || Requested is not null)
            return
            [
                .. steps
                    .Where(s => Requested is null or "full" || Requested.Split(',').Contains(s.Path))
                    .SelectMany(s => targets.Select(target => (s.Path, s.Run, s.Step, target))),
            ];
        var day = Slice.Current.Day;
        List<(string Path, Func<Scene, Task> Run, string Step, string Target)> cells = [];
        for (var i = 0; i < stepsInSlice; i++)
        {
            // Dapr's slice begins half a round away from the embedded runtime's: together they see more of the paths.
            var at = ((long)day * stepsInSlice) + i + (runtime == "dapr" ? steps.Count / 2 : 0);
            var (path, run, step, process) = steps[(int)(at % steps.Count)];
            var round = at / steps.Count;
            var target = runtime == "dapr" ? targets[(int)((at + round) % targets.Length)] : process;
            cells.Add((path, run, step, target));
        }

        Slice.Current.Say(
            $"{name}, {runtime}",
            string.Join("; ", cells.Select(c => $"{c.Target} at {c.Step} ({c.Path})"))
        );
        return cells;
    }

    private static async Task KillAtStepAsync(LiveShop shop, string step, string target, Func<Task> run)
    {
        await shop.WaitUntilReadyAsync();
        await File.WriteAllTextAsync(step, "");
        var running = run();
        // A step of a background task may be reached after the end of the path.
        await Wait.UntilAsync(
            () => Task.FromResult(running.IsFaulted || File.Exists(step + ".reached")),
            "the path reaches the step"
        );
        if (running.IsFaulted)
            await running;
        // The present process, not the one from before: when the scheduler is back after a kill, daprd 1.18.2 may panic
        // (docs/failures.md), and its app is restarted with it.
        await shop.KillAsync(target);
        File.Delete(step + ".reached");
        await running;
    }

    private static async Task PlaceAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2);
        await scene.WaitForStatusAsync(id, "confirmed");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 3, charges: 1, refunds: 0);
    }

    private static async Task CancelAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2);
        await scene.WaitForStatusAsync(id, "confirmed");
        await SendUntilAnsweredAsync(scene.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }, mayRefuse: true);
        await scene.WaitForStatusAsync(id, "cancelled");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 5, charges: 1, refunds: 1);
    }

    private static async Task CompleteLateAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2, token: "tok_late");
        await scene.WaitForStatusAsync(id, "reserved");
        await scene.Shop.CompletePaymentAsync(id);
        await Wait.UntilAsync(
            async () =>
                (await scene.GetAsync($"orders/{id}"))?.GetProperty("status").GetString() is "confirmed" or "expired",
            $"order {id} is confirmed, or expired with its money refunded"
        );
        var isPaid = (await scene.GetAsync($"orders/{id}"))!.Value.GetProperty("status").GetString() == "confirmed";
        await scene.WaitForOutcomeAsync(
            sku,
            id,
            onHand: 5,
            available: isPaid ? 3 : 5,
            charges: 1,
            refunds: isPaid ? 0 : 1
        );
    }

    private static async Task ExpireAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2, token: "tok_late");
        await scene.WaitForStatusAsync(id, "expired");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 5, charges: 0, refunds: 0);
    }

    private static async Task FillAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(0, backorderLimit: 5);
        var id = await scene.OrderedAsync(sku, 2, "backorder");
        await scene.WaitForStatusAsync(id, "backordered");
        await SendUntilAnsweredAsync(
            scene.Olga,
            HttpMethod.Post,
            $"stock/{sku}/receipts",
            new { quantity = 3, reason = "truck" }
        );
        await scene.WaitForStatusAsync(id, "confirmed");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 3, available: 1, charges: 1, refunds: 0);
    }

    private static async Task AskAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(1);
        var id = await scene.OrderedAsync(sku, 2, "ask");
        await scene.WaitForStatusAsync(id, "awaiting_customer");
        await SendUntilAnsweredAsync(
            scene.Alice,
            HttpMethod.Post,
            $"orders/{id}/decision",
            new { choice = "take" },
            mayRefuse: true
        );
        await scene.WaitForStatusAsync(id, "confirmed");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 1, available: 0, charges: 1, refunds: 0);
    }

    // The steps of the first card are those of the path "charge": here a process dies at those of the second one.
    private static async Task RetryPaymentAsync(Scene scene)
    {
        File.Delete(scene.Step);
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2, token: "tok_declined");
        await scene.WaitForStatusAsync(id, "awaiting_payment");
        await File.WriteAllTextAsync(scene.Step, "");
        await SendUntilAnsweredAsync(
            scene.Alice,
            HttpMethod.Post,
            $"orders/{id}/payment",
            new { paymentToken = "tok_ok" }
        );
        await scene.WaitForStatusAsync(id, "confirmed");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 3, charges: 1, refunds: 0);
    }

    private static async Task<(string Sku, Guid Id)> ShippedAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2);
        await scene.WaitForStatusAsync(id, "confirmed");
        await SendUntilAnsweredAsync(scene.Olga, HttpMethod.Post, "shipments", new { orderId = id });
        await scene.WaitForStatusAsync(id, "shipped");
        return (sku, id);
    }

    private static async Task ShipAsync(Scene scene)
    {
        var (sku, id) = await ShippedAsync(scene);
        await scene.WaitForOutcomeAsync(sku, id, onHand: 3, available: 3, charges: 1, refunds: 0);
    }

    private static async Task ReturnAsync(Scene scene)
    {
        var (sku, id) = await ShippedAsync(scene);
        await ReturnAsync(scene, sku, id, 1);
        await scene.WaitForOutcomeAsync(sku, id, onHand: 4, available: 4, charges: 1, refunds: 0);
        await Wait.UntilAsync(
            async () => (await scene.GetAsync($"payments/{id}"))?.GetProperty("refundedInParts").GetDecimal() == 4.25m,
            "its payment is refunded once"
        );
    }

    private static async Task ReturnAsync(Scene scene, string sku, Guid id, int quantity)
    {
        var back = (
            await SendUntilAnsweredAsync(
                scene.Alice,
                HttpMethod.Post,
                $"orders/{id}/returns",
                new { lines = new[] { new { sku, quantity } }, reason = "broken" }
            )
        )
            .GetProperty("id")
            .GetGuid();
        await SendUntilAnsweredAsync(
            scene.Olga,
            HttpMethod.Post,
            $"returns/{back}/decision",
            new
            {
                lines = new[]
                {
                    new
                    {
                        sku,
                        quantity,
                        disposition = "restock",
                    },
                },
            }
        );
        await Wait.UntilAsync(
            async () =>
                (await scene.GetAsync($"orders/{id}/returns")) is { ValueKind: JsonValueKind.Array } returns
                && returns[0].GetProperty("state").GetString() == "settled",
            "the return is settled"
        );
    }

    private static async Task PartialCancelAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2);
        await scene.WaitForStatusAsync(id, "confirmed");
        await SendUntilAnsweredAsync(
            scene.Alice,
            HttpMethod.Post,
            $"orders/{id}/cancellations",
            new { lines = new[] { new { line = 1, quantity = 1 } } }
        );
        await Wait.UntilAsync(
            async () =>
                (await scene.GetAsync($"orders/{id}/cancellations")) is { ValueKind: JsonValueKind.Array } all
                && all.GetArrayLength() == 1
                && all[0].GetProperty("state").GetString() == "settled",
            "the cancellation is settled"
        );
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 4, charges: 1, refunds: 0);
        await Wait.UntilAsync(
            async () => (await scene.GetAsync($"payments/{id}"))?.GetProperty("refundedInParts").GetDecimal() == 4.25m,
            "its payment is refunded once"
        );
    }

    private static async Task<(string Sku, Guid Id)> AuthorisedAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        var id = await scene.OrderedAsync(sku, 2);
        await scene.WaitForStatusAsync(id, "confirmed");
        return (sku, id);
    }

    private static async Task AuthoriseAsync(Scene scene)
    {
        var (sku, id) = await AuthorisedAsync(scene);
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 3, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m));
    }

    // From here on, a process dies at a step of what follows the authorisation.
    private static async Task CaptureAsync(Scene scene)
    {
        File.Delete(scene.Step);
        var (sku, id) = await AuthorisedAsync(scene);
        await File.WriteAllTextAsync(scene.Step, "");
        await scene.ShipAsync(id, new { orderId = id, lines = new[] { new { line = 1, quantity = 1 } } });
        await scene.ShipAsync(id, new { orderId = id });
        await scene.WaitForOutcomeAsync(sku, id, onHand: 3, available: 3, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m), ("capture", 4.25m), ("last_capture", 4.25m));
    }

    private static async Task CancelAuthorisedAsync(Scene scene)
    {
        var (sku, id) = await AuthorisedAsync(scene);
        await SendUntilAnsweredAsync(
            scene.Alice,
            HttpMethod.Post,
            $"orders/{id}/cancellations",
            new { lines = new[] { new { line = 1, quantity = 1 } } }
        );
        // At once: Payments may not know of the cancellation yet.
        await scene.ShipAsync(id, new { orderId = id });
        await Wait.UntilAsync(
            async () =>
                (await scene.GetAsync($"orders/{id}/cancellations")) is { ValueKind: JsonValueKind.Array } all
                && all[0].GetProperty("state").GetString() == "settled",
            "the cancellation is settled"
        );
        await scene.WaitForOutcomeAsync(sku, id, onHand: 4, available: 4, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m), ("last_capture", 4.25m));
    }

    // A part is captured of the first authorisation, the rest of the one that renewed it.
    private static async Task ReturnRenewedAsync(Scene scene)
    {
        File.Delete(scene.Step);
        var (sku, id) = await AuthorisedAsync(scene);
        await scene.ShipAsync(id, new { orderId = id, lines = new[] { new { line = 1, quantity = 1 } } });
        await scene.Shop.LapsePaymentAsync(id);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m), ("capture", 4.25m), ("renewal", 4.25m), ("void", 4.25m));
        await scene.ShipAsync(id, new { orderId = id });
        await File.WriteAllTextAsync(scene.Step, "");
        await ReturnAsync(scene, sku, id, 2);
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 5, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(
            id,
            ("authorise", 8.5m),
            ("capture", 4.25m),
            ("last_capture", 4.25m),
            ("part_refund", 4.25m),
            ("part_refund", 4.25m),
            ("renewal", 4.25m),
            ("void", 4.25m)
        );
    }

    private static async Task VoidAsync(Scene scene)
    {
        File.Delete(scene.Step);
        var (sku, id) = await AuthorisedAsync(scene);
        await File.WriteAllTextAsync(scene.Step, "");
        await SendUntilAnsweredAsync(scene.Alice, HttpMethod.Post, $"orders/{id}/cancel", new { }, mayRefuse: true);
        await scene.WaitForStatusAsync(id, "cancelled");
        await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 5, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m), ("void", 8.5m));
    }

    private static async Task RenewAsync(Scene scene)
    {
        File.Delete(scene.Step);
        var (sku, id) = await AuthorisedAsync(scene);
        await File.WriteAllTextAsync(scene.Step, "");
        await scene.Shop.LapsePaymentAsync(id);
        await scene.WaitForCallsAsync(id, ("authorise", 8.5m), ("renewal", 8.5m), ("void", 8.5m));
        await scene.ShipAsync(id, new { orderId = id });
        await scene.WaitForOutcomeAsync(sku, id, onHand: 3, available: 3, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(
            id,
            ("authorise", 8.5m),
            ("last_capture", 8.5m),
            ("renewal", 8.5m),
            ("void", 8.5m)
        );
    }

    private static async Task LapseAsync(Scene scene)
    {
        var (sku, id) = await AuthorisedAsync(scene);
        await scene.Shop.SetProviderFaultsAsync(new { declined = 1 });
        await scene.Shop.LapsePaymentAsync(id);
        await scene.WaitForStatusAsync(id, "awaiting_payment");
        await scene.Shop.SetProviderFaultsAsync(new { });
        await SendUntilAnsweredAsync(
            scene.Alice,
            HttpMethod.Post,
            $"orders/{id}/payment",
            new { paymentToken = "tok_ok" }
        );
        await scene.WaitForStatusAsync(id, "confirmed");
        await scene.ShipAsync(id, new { orderId = id });
        await scene.WaitForOutcomeAsync(sku, id, onHand: 3, available: 3, charges: 0, refunds: 0);
        await scene.WaitForCallsAsync(
            id,
            ("authorise", 8.5m),
            ("authorise", 8.5m),
            ("last_capture", 8.5m),
            ("void", 8.5m)
        );
    }

    private static async Task BulkAsync(Scene scene)
    {
        var sku = await scene.CreateItemAsync(5);
        object Row(string article) =>
            new { lines = new[] { new { sku = article, quantity = 2 } }, payment = new { token = "tok_ok" } };
        object[] rows = [Row(sku), Row("unknown"), Row(sku)];
        var job = (
            await SendUntilAnsweredAsync(scene.Alice, HttpMethod.Post, "bulk-orders", () =>
                new StringContent(
                    string.Join('\n', rows.Select(r => JsonSerializer.Serialize(r))),
                    Encoding.UTF8,
                    "application/x-ndjson"
                )
            )
        )
            .GetProperty("id")
            .GetGuid();
        await Wait.UntilAsync(
            async () =>
                await scene.GetAsync($"bulk-orders/{job}") is { } response
                && response.GetProperty("settled").GetBoolean()
                && response.GetProperty("rows") is var counts
                && (
                    counts.GetProperty("accepted").GetInt32(),
                    counts.GetProperty("rejected").GetInt32(),
                    counts.GetProperty("replayed").GetInt32()
                ) == (2, 1, 0),
            "two rows are accepted, once, and one is rejected"
        );
        List<Guid> orders = [];
        await Wait.UntilAsync(
            async () =>
                (
                    orders = [
                        .. (await scene.GetAsync($"orders?sku={sku}"))
                            ?.GetProperty("orders")
                            .EnumerateArray()
                            .Select(o => o.GetProperty("id").GetGuid())
                            ?? [],
                    ]
                ).Count > 0,
            "its orders are listed"
        );
        orders.Should().HaveCount(2);
        foreach (var id in orders)
            await scene.WaitForOutcomeAsync(sku, id, onHand: 5, available: 1, charges: 1, refunds: 0);
    }

    /// <summary>Requests to a shop of which any process may be down for a moment.</summary>
    private sealed record Scene(LiveShop Shop, HttpClient Olga, HttpClient Alice)
    {
        /// <summary>The file that stops a process at the step.</summary>
        public string Step { get; set; } = "";

        public async Task<string> CreateItemAsync(int units, int backorderLimit = 0)
        {
            var sku = $"sku-{Guid.CreateVersion7():N}";
            await SendUntilAnsweredAsync(
                Olga,
                HttpMethod.Put,
                $"items/{sku}",
                new
                {
                    name = "Mug",
                    price = 4.25m,
                    backorderLimit,
                }
            );
            if (units > 0)
                await SendUntilAnsweredAsync(
                    Olga,
                    HttpMethod.Post,
                    $"stock/{sku}/receipts",
                    new { quantity = units, reason = "opening" }
                );
            return sku;
        }

        public async Task<Guid> OrderedAsync(
            string sku,
            int quantity,
            string onShortage = "reject",
            string token = "tok_ok"
        ) => (
                await SendUntilAnsweredAsync(
                    Alice,
                    HttpMethod.Post,
                    "orders",
                    new
                    {
                        lines = new[] { new { sku, quantity } },
                        payment = new { token },
                        onShortage,
                    }
                )
            ).GetProperty("id").GetGuid();

        public Task WaitForStatusAsync(Guid id, string status) =>
            Wait.UntilAsync(
                async () => (await GetAsync($"orders/{id}"))?.GetProperty("status").GetString() == status,
                $"order {id} becomes {status}"
            );

        /// <summary>Ships until the units have left.</summary>
        public async Task ShipAsync(Guid id, object shipment)
        {
            var answer = await SendUntilAnsweredAsync(Olga, HttpMethod.Post, "shipments", shipment);
            await Wait.UntilAsync(
                async () =>
                    (await GetAsync($"orders/{id}/shipments")) is { ValueKind: JsonValueKind.Array } all
                    && all.EnumerateArray()
                        .Single(s => s.GetProperty("id").GetGuid() == answer.GetProperty("id").GetGuid())
                        .GetProperty("state")
                        .GetString() == "dispatched",
                "the shipment has left"
            );
        }

        /// <summary>Waits until the provider has carried out these requests, and no others.</summary>
        public Task WaitForCallsAsync(Guid id, params (string Operation, decimal Amount)[] calls) =>
            Wait.UntilAsync(
                async () =>
                    await GetAsync($"payments/{id}") is { } payment
                    && payment
                        .GetProperty("calls")
                        .EnumerateArray()
                        .Where(c => c.GetProperty("state").GetString() == "succeeded")
                        .Select(c => (c.GetProperty("operation").GetString()!, c.GetProperty("amount").GetDecimal()))
                        .Order()
                        .SequenceEqual(calls.Order()),
                $"the provider has carried out {string.Join(", ", calls)} for order {id}"
            );

        /// <summary>Waits until stock, payments and the order's timeline are as the path leaves them.</summary>
        public async Task WaitForOutcomeAsync(string sku, Guid id, int onHand, int available, int charges, int refunds)
        {
            await Wait.UntilAsync(
                async () =>
                    await GetAsync($"stock/{sku}") is { } stock
                    && stock.GetProperty("total") is var total
                    && (total.GetProperty("onHand").GetInt32(), total.GetProperty("available").GetInt32())
                        == (onHand, available),
                $"{onHand} of {sku} are on hand, {available} available"
            );
            await Wait.UntilAsync(
                async () =>
                    await GetAsync($"payments/{id}") is { } payment
                    && payment
                        .GetProperty("calls")
                        .EnumerateArray()
                        .Where(c => c.GetProperty("state").GetString() == "succeeded")
                        .Select(c => c.GetProperty("operation").GetString())
                        .ToList()
                        is var kinds
                    && (kinds.Count(k => k == "charge"), kinds.Count(k => k == "refund")) == (charges, refunds),
                $"{charges} charges and {refunds} refunds"
            );
            await Wait.UntilAsync(
                async () =>
                    await GetAsync($"orders/{id}") is { } order
                    && order.GetProperty("version").GetInt32() is var version
                    && await GetAsync($"orders/{id}/timeline") is { } timeline
                    && timeline
                        .GetProperty("entries")
                        .EnumerateArray()
                        .Count(e => e.GetProperty("type").GetString()!.StartsWith("order.", StringComparison.Ordinal))
                        == version,
                "the timeline has all events"
            );
        }

        public Task<JsonElement?> GetAsync(string path) => GetOrNullAsync(Olga, path);
    }
}
