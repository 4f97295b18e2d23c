namespace DaprShop.Audit.Tests;

/// <summary>Manual corruptions of a shop, and the check that must report each one.</summary>
internal static class Corruptions
{
    private const string Plain = "(select order_id from idempotency_keys where key = 'plain')";

    public static TheoryData<string, string, string, string> All =>
        new()
        {
            {
                "I-01",
                "the last published quantity is wrong",
                "history",
                "update stock_timeline t set available = 7 where sequence = (select max(sequence) from "
                    + "stock_timeline l where l.sku = t.sku)"
            },
            {
                "I-01.published",
                "a published available quantity is wrong",
                "history",
                "update stock_timeline set available = available + 1 where sku = 'cup' and sequence = 1"
            },
            {
                "I-02",
                "units appear without a movement",
                "inventory",
                "update levels set on_hand = on_hand + 1 where sku = 'cup'"
            },
            {
                "I-02",
                "the last movement is removed",
                "inventory",
                "delete from movements where (sku, sequence) in (select sku, sequence from levels where sku = 'pot')"
            },
            {
                "I-03",
                "a movement is removed from the middle",
                "inventory",
                "delete from movements where sku = 'cup' and sequence = 3"
            },
            {
                "I-03",
                "a balance is wrong",
                "inventory",
                "update movements set on_hand = on_hand + 1 where sku = 'cup' and sequence = 2"
            },
            {
                "I-03",
                "an allocated balance is wrong",
                "inventory",
                "update movements set allocated = allocated + 1 where sku = 'cup' and sequence = 5"
            },
            {
                "I-02",
                "a level's incoming differs from its ledger",
                "inventory",
                "update levels set incoming = incoming + 1 where sku = 'mug'"
            },
            {
                "I-03",
                "a held balance is wrong",
                "inventory",
                "update movements set held = held + 1 where sku = 'mug' and kind = 'held' and sequence = 2"
            },
            {
                "I-03",
                "an unavailable balance is wrong",
                "inventory",
                "update movements set unavailable = 5 where kind = 'withheld'"
            },
            {
                "I-03",
                "an incoming balance is wrong",
                "inventory",
                "update movements set incoming = 3 where kind = 'expected'"
            },
            {
                "I-03",
                "a shipment does not reduce its claim",
                "inventory",
                "update movements set allocated = allocated + 2 where kind = 'shipped'"
            },
            {
                "I-04",
                "allocated is too small",
                "inventory",
                "update levels set allocated = allocated - 1 where sku = 'cup' and location = 'main'"
            },
            {
                "I-04",
                "units are held without a hold",
                "inventory",
                "update levels set held = held + 1 where sku = 'cup' and location = 'main'"
            },
            {
                "I-04",
                "an active hold is lost",
                "inventory",
                "delete from holds where state = 'active' and entry_id is null"
            },
            { "I-04", "a shipment is missing", "inventory", "delete from shipments" },
            {
                "I-04.expired",
                "a hold stands for an order that does not wait for it",
                "inventory",
                """
                    update holds set claimed_by = array[gen_random_uuid()], claimed_at = now() - interval '1 day'
                    where state = 'active'
                    """
            },
            {
                "I-04.expired",
                "expired holds are not swept",
                "inventory",
                "update holds set expires_at = now() - interval '1 hour' where state = 'active'"
            },
            {
                "I-05.locations",
                "stock lies at a location that nobody declared",
                "inventory",
                "delete from locations where location = 'north'"
            },
            {
                "I-05",
                "a quantity is negative",
                "inventory",
                "alter table levels drop constraint not_negative; update levels set incoming = -1 where sku = 'cup'"
            },
            {
                "I-05",
                "more units are set aside than are there",
                "inventory",
                "update levels set unavailable = on_hand + 1, short = allocated + held + 1 where sku = 'pot'"
            },
            {
                "I-03",
                "a correction sets more units aside than it adds",
                "inventory",
                "update movements set unavailable = unavailable + greatest(quantity, 0) + 1 where kind = 'adjusted'"
            },
            {
                "I-06",
                "a level is oversold",
                "inventory",
                "alter table levels drop constraint no_oversell; update levels set allocated = on_hand + 1 "
                    + "where sku = 'pot'"
            },
            {
                "I-06",
                "a level was oversold for a moment",
                "inventory",
                "update movements set allocated = on_hand + 1 where sku = 'pot' and sequence = 3"
            },
            {
                "I-06",
                "a person who has the name of the repair oversold a level for a moment",
                "inventory",
                "update movements set allocated = on_hand + 1, actor = 'auditor', actor_type = 'operator' "
                    + "where sku = 'pot' and sequence = 3"
            },
            {
                "I-06.short",
                "a shortage is hidden",
                "inventory",
                "alter table levels drop constraint no_oversell; update levels set short = 0"
            },
            {
                "I-06.short",
                "a shortage is recorded that does not exist",
                "inventory",
                "update levels set short = short + 1 where sku = 'cup' and location = 'main'"
            },
            {
                "I-07.waiting",
                "units are available while orders wait",
                "inventory",
                "update levels set on_hand = on_hand + 1 where sku = 'mug'"
            },
            {
                "I-07.waiting",
                "units are available while a customer waits",
                "inventory",
                "update waitlist set sku = 'cup' where state = 'waiting'"
            },
            {
                "I-07",
                "a refusal for a limit requested less than allowed",
                "inventory",
                """update reservations set shortages = jsonb_set(shortages, '{0,available}', '7') where """
                    + """state = 'limit_exceeded'"""
            },
            {
                "I-07",
                "a refused order states too few available units",
                "inventory",
                """update reservations set shortages = jsonb_set(shortages, '{0,available}', '1') where """
                    + """shortages->0->>'sku' = 'pot'"""
            },
            {
                "I-07",
                "a refused order could have been covered",
                "inventory",
                """update reservations set shortages = jsonb_set(shortages, '{0,requested}', '1') where """
                    + """shortages->0->>'sku' = 'pot'"""
            },
            {
                "I-07",
                "a refused order requested fewer units",
                "inventory",
                """update reservations set shortages = jsonb_set(shortages, '{0,requested}', '40') where """
                    + """shortages->0->>'sku' = 'pot'"""
            },
            {
                "I-07",
                "the proof names a movement that does not exist",
                "inventory",
                """update reservations set shortages = jsonb_set(shortages, '{0,asOf,main}', '99') where """
                    + """shortages->0->>'sku' = 'pot'"""
            },
            {
                "I-07",
                "the proof omits a location",
                "inventory",
                """
                    update reservations set shortages = shortages #- '{0,asOf,north}'
                        where shortages->0->>'sku' = 'tea';
                    update movements set occurred_at = occurred_at - interval '1 day' where location = 'north'
                    """
            },
            {
                "I-07",
                "a shortage cannot be read",
                "inventory",
                """update reservations set shortages = '{"sku": 1}' where shortages is not null"""
            },
            {
                "I-07",
                "an order is refused without a shortage",
                "inventory",
                "update reservations set shortages = null"
            },
            {
                "I-08",
                "a movement has an unknown kind",
                "inventory",
                "update movements set kind = 'found' where kind = 'adjusted'"
            },
            {
                "I-08",
                "units of a SKU are missing",
                "inventory",
                "update levels set on_hand = on_hand - 1 where sku = 'cup'"
            },
            {
                "I-08",
                "units in transit are missing",
                "inventory",
                "update inbound_lines set expected = expected - 1 where reference = 'T-1'"
            },
            {
                "I-08",
                "units were written off that had been returned",
                "inventory",
                "delete from movements where cause = 'T-2' and kind = 'transferred' and step = 1 and location = 'main'"
            },
            {
                "I-09",
                "a shipment differs from its movement",
                "inventory",
                "update shipments set quantity = quantity - 1"
            },
            {
                "I-09",
                "a hold differs from its movement",
                "inventory",
                "update hold_lines set quantity = quantity + 1"
            },
            {
                "I-09",
                "an allocation differs from its movement",
                "inventory",
                "update allocations set quantity = quantity + 1 where sku = 'pot'"
            },
            {
                "I-09",
                "a cause changes a level twice",
                "inventory",
                """
                    drop index ix_movements_cause_kind_sku_location_step;
                    insert into movements (sku, location, sequence, kind, quantity, on_hand, allocated, held,
                        unavailable, incoming, cause, step, actor, reason, occurred_at, hash)
                    select sku, location, sequence + 100, kind, quantity, on_hand, allocated, held, unavailable,
                        incoming, cause, step, actor, reason, occurred_at, hash
                    from movements where kind = 'received'
                    """
            },
            {
                "I-09",
                "a movement has no cause",
                "inventory",
                "update movements set cause = '' where kind = 'adjusted'"
            },
            {
                "I-10",
                "a reason is changed after the write",
                "inventory",
                "update movements set reason = 'forged' where kind = 'adjusted'"
            },
            {
                "I-10",
                "a time is changed after the write",
                "inventory",
                "update movements set occurred_at = occurred_at + interval '1 microsecond' where kind = 'adjusted'"
            },
            {
                "I-10",
                "a level has the hash of another ledger",
                "inventory",
                "update levels set hash = sha256('') where sku = 'cup'"
            },
            {
                "I-10.rebuild",
                "a level differs from the sum of its movements",
                "inventory",
                "update levels set held = held + 1 where sku = 'cup' and location = 'main'"
            },
            {
                "I-10.rebuild",
                "a shortage differs from the deficit",
                "inventory",
                "update levels set short = short + 1 where sku = 'cup' and location = 'main'"
            },
            {
                "I-10.rebuild",
                "a level is missing",
                "inventory",
                "delete from levels where sku = 'tea' and location = 'north'"
            },
            {
                "I-10.rebuild",
                "a movement and all later hashes are changed",
                "inventory",
                """
                    update movements set reason = 'forged' where sku = 'mug' and sequence = 4;
                    update movements set hash = sha256(hash) where sku = 'mug' and sequence >= 4
                    """
            },
            {
                "I-11",
                "a released claim released no units",
                "inventory",
                "update reservations set state = 'released' where state = 'allocated'"
            },
            {
                "I-11",
                "a claim released units and is still open",
                "inventory",
                "update reservations set state = 'allocated' where state = 'released'"
            },
            {
                "I-11",
                "a claim is still open of which a person who has the name of the repair released units",
                "inventory",
                "update movements set actor = 'auditor', actor_type = 'customer' where kind = 'released' "
                    + "and cause in (select order_id::text from reservations where state = 'released'); "
                    + "update reservations set state = 'allocated' where state = 'released'"
            },
            {
                "I-11",
                "a refused order allocated units",
                "inventory",
                "update reservations set state = 'out_of_stock' where state = 'allocated'"
            },
            {
                "I-11",
                "an order refused for a limit allocated units",
                "inventory",
                "update reservations set state = 'limit_exceeded' where state = 'allocated'"
            },
            {
                "I-11.holds",
                "an expired hold was used",
                "inventory",
                "update holds set state = 'committed' where state = 'expired'"
            },
            {
                "I-11.holds",
                "an order has used more of a hold than the hold says",
                "inventory",
                "update hold_lines set used = 0"
            },
            {
                "I-11.holds",
                "a hold is committed of which units are left",
                "inventory",
                "update holds set state = 'committed' where state = 'active'"
            },
            {
                "I-11.holds",
                "an active hold has released units",
                "inventory",
                "update holds set state = 'active' where state = 'released'"
            },
            {
                "I-11.holds",
                "an active hold has released units to a person who has the name of the repair",
                "inventory",
                "update holds set state = 'active' where state = 'released'; "
                    + "update movements set actor = 'auditor', actor_type = 'customer' where kind = 'released'"
            },
            {
                "I-11.holds",
                "an expired hold kept its units",
                "inventory",
                "update holds set state = 'expired' where state = 'active'"
            },
            { "I-11.holds", "a hold has no lines", "inventory", "delete from hold_lines" },
            { "I-11.holds", "an ended hold is missing", "inventory", "delete from holds where state = 'expired'" },
            {
                "I-12",
                "a later order was served first",
                "inventory",
                "update backorders b set order_number = (select sum(order_number) from backorders where filled = quantity) - "
                    + "b.order_number where filled = quantity"
            },
            {
                "I-12",
                "an earlier order was skipped",
                "inventory",
                "update backorders set quantity = quantity + 1, state = 'open' where state = 'filled' and "
                    + "order_number = (select min(order_number) from backorders)"
            },
            {
                "I-09",
                "units of an order left one location and came to no other",
                "inventory",
                "update movements set kind = 'reallocated' where kind = 'allocated'"
            },
            {
                "I-12.promise",
                "a promise of a delivery that is no longer open",
                "inventory",
                "update backorders set promised_at = now() + interval '3 days' where state = 'open'"
            },
            {
                "I-12",
                "a fill is not recorded",
                "inventory",
                "update backorders set filled = filled - 1 where state = 'filled'"
            },
            {
                "I-12",
                "two backorders have the same order number",
                "inventory",
                "update backorders set order_number = 1"
            },
            {
                "I-13",
                "an offer is missing",
                "inventory",
                "delete from holds where entry_id is not null and state = 'active'"
            },
            {
                "I-13",
                "an entry has two offers",
                "inventory",
                "drop index ix_holds_one_offer; insert into holds select gen_random_uuid(), customer, state, "
                    + "expires_at, entry_id from holds where entry_id is not null"
            },
            {
                "I-13",
                "an offer holds units of another SKU",
                "inventory",
                "update hold_lines l set sku = 'cup' from holds h where h.id = l.hold_id and h.entry_id is not null"
            },
            {
                "I-13",
                "an offer without a waitlist entry",
                "inventory",
                "delete from waitlist where state = 'offered'"
            },
            {
                "I-13",
                "a customer with an offer is still waiting",
                "inventory",
                "update waitlist set state = 'waiting' where state = 'offered'"
            },
            { "I-14", "incoming differs from the announced units", "inventory", "update levels set incoming = 0" },
            {
                "I-14",
                "more was received than was booked",
                "inventory",
                "update inbound_lines set received = received + 1, expected = expected + 1"
            },
            {
                "I-15",
                "an order belongs to a finished saga",
                "orders",
                "update orders set batch_id = (select id from batches limit 1)"
            },
            {
                "I-15",
                "an order makes no progress",
                "orders",
                "update orders set status = 'paid', version = 3, due_at = now() - interval '1 hour', "
                    + "updated_at = now() - interval '1 hour' where status = 'confirmed'"
            },
            {
                "I-15",
                "a backordered order is not retried",
                "orders",
                "update orders set due_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' "
                    + "where status = 'backordered'; update batches set progressed_at = now() - interval '1 hour'"
            },
            {
                "I-15",
                "an order awaits payment past its deadline",
                "orders",
                "update orders set due_at = now() - interval '1 hour', updated_at = now() - interval '1 hour' "
                    + "where status = 'awaiting_payment'; update batches set progressed_at = now() - interval '1 hour'"
            },
            {
                "I-15",
                "an order leaves a final status",
                "orders",
                """update events set data = '{"from": "rejected", "to": "confirmed"}' where data->>'to' = 'confirmed'"""
            },
            { "I-16", "a confirmed order lacks units", "inventory", "delete from allocations where sku = 'tea'" },
            {
                "I-16",
                "a confirmed order has too many units",
                "inventory",
                "update allocations set quantity = quantity + 1 where sku = 'tea'"
            },
            {
                "I-16",
                "a confirmed order lacks units of what has become a service",
                "inventory",
                "delete from allocations where sku = 'tea'; update items set stocked = false"
            },
            { "I-16", "a backorder is missing", "inventory", "delete from backorders where state = 'open'" },
            { "I-16", "more was shipped than allocated", "inventory", "update shipments set quantity = quantity + 1" },
            {
                "I-16.shipments",
                "a line has shipped less than its shipments",
                "orders",
                "update order_lines set shipped = 1 where shipped = 2"
            },
            { "I-16.shipments", "a return is missing", "orders", "delete from returns" },
            {
                "I-16.shipments",
                "an order is delivered without a shipment",
                "orders",
                "update orders set status = 'delivered' where status = 'confirmed'"
            },
            {
                "I-16.cancellations",
                "a line has fewer units cancelled than its cancellations",
                "orders",
                "update order_lines set cancelled = 4 where cancelled = 5"
            },
            {
                "I-16.cancellations",
                "cancelled units are refunded at another price",
                "orders",
                "update cancellations set amount = amount - 1"
            },
            {
                "I-16.cancellations",
                "an order that was cancelled by its units goes on",
                "orders",
                "update cancellations set state = 'order_cancelled'"
            },
            { "I-16", "cancelled units are still allocated", "inventory", "delete from allocations where step < 0" },
            {
                "I-11",
                "an order released more than was cancelled of it",
                "inventory",
                "update allocations set quantity = quantity + 1 where step < 0"
            },
            {
                "I-17.returns",
                "cancelled units are not refunded",
                "payments",
                "delete from test_ledger where key like 'part-refund-%' and amount > 600"
            },
            {
                "I-17",
                "the cancelled units are missing from what was captured",
                "orders",
                "update cancellations set amount = 0"
            },
            {
                "I-26",
                "a confirmed order has released units that nobody cancelled",
                "inventory",
                "delete from allocations where step < 0"
            },
            {
                "I-16.ledger",
                "units were shipped without a movement",
                "inventory",
                "alter table movements disable trigger all; delete from movements where kind = 'shipped'"
            },
            {
                "I-16.ledger",
                "units of what has become a service were shipped without a movement",
                "inventory",
                """
                    alter table movements disable trigger all;
                    delete from movements where kind = 'shipped';
                    update items set stocked = false
                    """
            },
            {
                "I-16.ledger",
                "units left the shelf for an order that was accepted as one of services",
                "orders",
                "update order_lines set stocked = false where shipped > 0"
            },
            {
                "I-16.ledger",
                "units were returned twice",
                "orders",
                "update order_lines set returned = returned + 1 where returned > 0"
            },
            {
                "I-17.returns",
                "a return was refunded with a higher amount",
                "payments",
                "update test_ledger set amount = amount + 100 where key like 'part-refund-%'"
            },
            {
                "I-17.returns",
                "a return was not refunded",
                "payments",
                "delete from test_ledger where key like 'part-refund-%'"
            },
            {
                "I-17.ledger",
                "a payment counts a penny less than was captured",
                "payments",
                "update payments set captured = captured - 0.01 where captured > refunded_in_parts"
            },
            {
                "I-17.ledger",
                "a payment waits for an answer that no request awaits",
                "payments",
                "update payments set open_calls = 1 where state = 'captured'"
            },
            {
                "I-17.ledger",
                "the provider still holds money for an order that was captured",
                "payments",
                """
                    insert into test_ledger (kind, key, reference, amount, created)
                    select 'held', 'held', order_id::text, 1, 0 from payments where state = 'captured' limit 1
                    """
            },
            {
                "I-17.ledger",
                "the provider holds less than a payment has authorised",
                "payments",
                "update payments set state = 'authorised', captured = 0, refunded_in_parts = 0 where state = 'captured'"
            },
            {
                "I-17.parts",
                "a payment omits a partial refund",
                "payments",
                "update payments set refunded_in_parts = 0 where refunded_in_parts > 0"
            },
            {
                "I-16.total",
                "a line is changed",
                "orders",
                "update order_lines set quantity = quantity + 1 where line = 1"
            },
            { "I-16.total", "a line is removed", "orders", "delete from order_lines where line = 1" },
            {
                "I-17",
                "a confirmed order is not paid in full",
                "orders",
                $"update orders set total = total + 0.01 where id = {Plain}"
            },
            {
                "I-17",
                "a rejected order was paid",
                "payments",
                "update payments set state = 'captured' where state = 'declined'"
            },
            {
                "I-17",
                "a confirmed order was never charged",
                "payments",
                "delete from test_ledger where kind = 'charge'; delete from payments"
            },
            {
                "I-17",
                "a confirmed order has no stock",
                "inventory",
                "update reservations set state = 'released' where state = 'allocated'"
            },
            {
                "I-16",
                "an order that awaits payment has lost units",
                "inventory",
                "update allocations set quantity = 5 where sku = 'cup' and quantity = 6"
            },
            {
                "I-17",
                "an order that awaits payment has lost its stock",
                "inventory",
                "update reservations set state = 'released' where order_id in "
                    + "(select order_id from allocations where sku = 'cup' and quantity = 6)"
            },
            {
                "I-17",
                "a cancelled order is on backorder",
                "inventory",
                "update reservations set state = 'backordered' where state = 'released'"
            },
            {
                "I-17",
                "an order is backordered without a backorder",
                "inventory",
                "update reservations set state = 'released' where state = 'backordered'"
            },
            {
                "I-17.ledger",
                "the provider charged more",
                "payments",
                "update test_ledger set amount = amount + 100 where kind = 'charge'"
            },
            {
                "I-17.ledger",
                "a captured payment was refunded",
                "payments",
                "insert into test_ledger (kind, key, reference, amount, created) "
                    + "select 'refund', 'refund-' || reference, reference, amount, created from test_ledger "
                    + "where kind = 'charge'"
            },
            {
                "I-17.ledger",
                "a declined payment was charged",
                "payments",
                "insert into test_ledger (kind, key, reference, amount, created) "
                    + "select 'charge', 'charge-' || order_id, order_id, amount * 100, 0 from payments "
                    + "where state = 'declined'"
            },
            {
                "I-17.ledger",
                "a charge without a payment",
                "payments",
                "insert into test_ledger values (0, 'charge', 'charge-nobody-1', 'nobody', 100, 0)"
            },
            {
                "I-17.calls",
                "the provider charged an order twice under two keys",
                "payments",
                "insert into test_ledger (kind, key, reference, amount, created) "
                    + "select kind, key || '-again', reference, amount, created from test_ledger where kind = 'charge'"
            },
            {
                "I-17.calls",
                "the provider lost a refund that it had confirmed",
                "payments",
                "delete from test_ledger where kind = 'refund'"
            },
            {
                "I-17.calls",
                "the provider paid another credit than it was asked for",
                "payments",
                "update test_ledger set amount = amount + 1 where kind = 'payout'"
            },
            {
                "I-18",
                "stock is claimed without an order",
                "inventory",
                "insert into reservations values (gen_random_uuid(), 'released', now(), null)"
            },
            {
                "I-18",
                "an allocation without a claim",
                "inventory",
                "insert into allocations (order_id, sku, location, quantity, step) values (gen_random_uuid(), "
                    + "'cup', 'main', 1, 0)"
            },
            {
                "I-18",
                "a backorder without a claim",
                "inventory",
                "update backorders set order_id = gen_random_uuid() where state = 'open'"
            },
            {
                "I-18",
                "an ended order has an open backorder",
                "inventory",
                "update reservations set state = 'released' where state = 'backordered'"
            },
            {
                "I-18.money",
                "a payment has no order",
                "payments",
                "insert into payments (order_id, amount, state, attempt, version) "
                    + "values (gen_random_uuid(), 1, 'pending', 1, 0)"
            },
            {
                "I-20.cards",
                "a card is charged that nobody has named",
                "orders",
                "update orders set payment_attempt = 2 where status = 'awaiting_payment'"
            },
            { "I-20.cards", "a request that named a card is lost", "orders", "delete from named_cards" },
            {
                "I-19",
                "a status changes without an event",
                "orders",
                $"update orders set status = 'cancelled' where id = {Plain}"
            },
            {
                "I-19",
                "a version changes without an event",
                "orders",
                $"update orders set version = version + 1 where id = {Plain}"
            },
            {
                "I-19",
                "a transition is not declared",
                "orders",
                """update events set data = '{"from": "accepted", "to": "paid"}' where data->>'to' = 'reserved'"""
            },
            {
                "I-19",
                "a version is missing",
                "orders",
                "drop index ix_events_subject; update events set version = version + 1 where data->>'to' = 'confirmed'"
            },
            {
                "I-19",
                "an order has no events",
                "orders",
                "insert into orders select (jsonb_populate_record(o, jsonb_build_object('id', "
                    + "gen_random_uuid(), 'number', 99, 'batch_id', null))).* from orders o limit 1"
            },
            { "I-20", "a key is missing", "orders", "delete from idempotency_keys where key = 'plain'" },
            {
                "I-20",
                "two keys name one order",
                "orders",
                "insert into idempotency_keys select caller, 'another', fingerprint, order_id from "
                    + "idempotency_keys where key = 'plain'"
            },
            {
                "I-20",
                "a key names two orders",
                "orders",
                "alter table idempotency_keys drop constraint pk_idempotency_keys; update idempotency_keys set "
                    + "key = 'same'"
            },
            {
                "I-20.bookings",
                "a receipt without a key",
                "inventory",
                "delete from idempotency_keys where key = 'key of broken'"
            },
            {
                "I-20.bookings",
                "a recorded response without a booking",
                "inventory",
                """insert into idempotency_keys values ('', 'k', '', '{"cause": "nothing"}')"""
            },
            {
                "I-20.bookings",
                "a hold without a key",
                "inventory",
                "delete from idempotency_keys where response::text like '%\"expiresAt\"%'"
            },
            {
                "I-20.bookings",
                "a document without a key",
                "inventory",
                "delete from idempotency_keys where response->>'reference' = 'T-1'"
            },
            {
                "I-20.credits",
                "a credit without a key",
                "payments",
                "insert into test_ledger values (0, 'payout', 'credit-2', 'C2', 100, 0)"
            },
            { "I-20.credits", "a credit of another amount", "payments", "update credits set amount = 400" },
            {
                "I-21",
                "a customer has more than the limit",
                "inventory",
                "update reservations set customer = 'bob' where customer = 'carl'"
            },
            {
                "I-21",
                "a hold takes its customer beyond the limit",
                "inventory",
                """
                    update hold_lines l set quantity = 7
                    from holds h where h.id = l.hold_id and h.state = 'active' and sku = 'mug'
                    """
            },
            { "I-22", "a row is missing", "orders", "delete from bulk_rows where state = 'rejected'" },
            {
                "I-22",
                "an accepted row has no order",
                "orders",
                "update bulk_rows set order_id = null where state = 'accepted'"
            },
            {
                "I-22",
                "an accepted row's order does not exist",
                "orders",
                "update bulk_rows set order_id = gen_random_uuid() where state = 'accepted'"
            },
            {
                "I-22",
                "a rejected row has an order",
                "orders",
                "update bulk_rows set order_id = (select id from orders limit 1) where state = 'rejected'"
            },
            {
                "I-22",
                "two rows created one order",
                "orders",
                "update bulk_rows set order_id = (select id from orders limit 1) where state = 'accepted'"
            },
            {
                "I-22",
                "a job is done before its rows are",
                "orders",
                "update bulk_rows set state = 'pending' where state = 'rejected'; update bulk_jobs set rejected = 0"
            },
            { "I-23", "an event is missing", "orders", "delete from events where position = 3" },
            {
                "I-23",
                "the last event is missing",
                "inventory",
                "delete from events where position = (select max(position) from events)"
            },
            {
                "I-23",
                "an event is in the log twice",
                "payments",
                "update events set id = (select id from events where position = 1)"
            },
            { "I-23", "the relay is beyond the log", "payments", "update relay_cursor set position = position + 1" },
            { "I-23.lag", "the relay has stopped", "inventory", "update relay_cursor set position = position - 1" },
            {
                "I-23.orders",
                "an accepted event has another total",
                "orders",
                $"update events set data = jsonb_set(data::jsonb, '{{total}}', '1')::json where type = "
                    + $"'order.accepted.v1' and subject = {Plain}::text"
            },
            {
                "I-23.stock",
                "an event has a wrong movement",
                "inventory",
                """update events set data = replace(data::text, '"onHand":98', '"onHand":97')::json"""
            },
            {
                "I-23.stock",
                "an event has a wrong held balance",
                "inventory",
                """update events set data = replace(data::text, '"held":1', '"held":2')::json"""
            },
            {
                "I-23.stock",
                "a movement has no event",
                "inventory",
                """update events set data = '{"movements": []}' where position = 1"""
            },
            {
                "I-23.stock",
                "a refusal has no event",
                "inventory",
                "update events set type = 'stock.forgotten.v1' where type = 'stock.refused.v1'"
            },
            {
                "I-23.payments",
                "a payment changes without an event",
                "payments",
                "update payments set version = version + 1 where state = 'captured'"
            },
            {
                "I-23.payments",
                "a payment differs from its events",
                "payments",
                """update events set data = replace(data::text, 'captured', 'declined')::json"""
            },
            {
                "I-23.payments",
                "a credit differs from its event",
                "payments",
                """update events set data = replace(data::text, '4.5', '4.6')::json"""
            },
            {
                "I-24",
                "an event was not applied",
                "history",
                "delete from order_timeline where type = 'payment.captured'"
            },
            {
                "I-24",
                "the arrival of an order's units was not applied",
                "history",
                "delete from order_timeline where type = 'backorder.filled'"
            },
            {
                "I-24",
                "an order's shortage was not applied",
                "history",
                "delete from order_timeline where type = 'stock.shortfall'"
            },
            {
                "I-24",
                "an event was applied twice",
                "history",
                "insert into order_timeline select order_id, at + interval '1 s', step, position, type, "
                    + "from_status, to_status, reason, details from order_timeline where type = 'stock.refused'"
            },
            {
                "I-24",
                "an effect without an event",
                "history",
                "insert into order_timeline select order_id, at, step, 9999, type, from_status, to_status, "
                    + "reason, details from order_timeline limit 1"
            },
            { "I-24", "an operation is missing", "history", "delete from stock_operations where kind = 'adjusted'" },
            { "I-24", "an owner is missing", "history", "delete from order_owners" },
            {
                "I-24",
                "a parked event was applied",
                "history",
                "insert into dead_letters values (gen_random_uuid(), 'orders', 1, '{}', 'poison', now())"
            },
            {
                "I-25",
                "a timeline has a jump",
                "history",
                "update order_timeline set from_status = 'shipped' where to_status = 'confirmed'"
            },
            {
                "I-25",
                "a movement is missing in the timeline",
                "history",
                "delete from stock_timeline where sku = 'cup' and sequence = 2"
            },
            {
                "I-25.stock",
                "the timeline differs from the ledger",
                "history",
                "update stock_timeline set quantity = quantity + 1 where sku = 'cup' and sequence = 2"
            },
            {
                "I-25.stock",
                "a timeline has another incoming quantity",
                "history",
                "update stock_timeline set incoming = incoming + 1"
            },
            {
                "I-26",
                "a cancelled order's stock is not released",
                "inventory",
                "delete from movements where kind = 'released'"
            },
            {
                "I-26",
                "a cancelled order's money is not refunded",
                "payments",
                "delete from test_ledger where key like 'refund-%'"
            },
            {
                "I-26",
                "stock was released before the refund",
                "payments",
                "update payments set ended_at = now() + interval '1 hour' where ended_at is not null"
            },
            { "I-27", "more is consumed than there is", "history", "update watermarks set position = position + 1" },
            {
                "I-27",
                "an event is parked before its turn",
                "history",
                "insert into dead_letters values (gen_random_uuid(), 'orders', 9999, '{}', 'poison', now())"
            },
            { "I-27.lag", "a consumer has stopped", "history", "update watermarks set position = position - 1" },
            {
                "I-27.lag",
                "an event keeps failing",
                "history",
                "insert into inbox_failures values ('orders', 5, 3, 'poison')"
            },
            {
                "I-28",
                "a timeline has other statuses",
                "history",
                "update order_timeline set to_status = 'cancelled' where to_status = 'confirmed'"
            },
            {
                "I-28",
                "a version is missing in a timeline",
                "history",
                "delete from order_timeline where to_status = 'reserved'"
            },
            {
                "I-28",
                "an entry is in another order's timeline",
                "history",
                "update order_timeline set order_id = (select order_id from order_timeline limit 1) where "
                    + "to_status = 'paid'"
            },
        };
}
