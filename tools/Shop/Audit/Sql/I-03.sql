-- inventory: Each movement continues the previous one: its sequence has no gap, and its balances change as its kind
--   requires
select count(*) as checked from movements;

with walk as (
    select *, lag(sequence, 1, 0::bigint) over level as sequence_before,
           on_hand - lag(on_hand, 1, 0::bigint) over level as d_on_hand,
           allocated - lag(allocated, 1, 0::bigint) over level as d_allocated,
           held - lag(held, 1, 0::bigint) over level as d_held,
           unavailable - lag(unavailable, 1, 0::bigint) over level as d_unavailable,
           incoming - lag(incoming, 1, 0::bigint) over level as d_incoming
    from movements window level as (partition by sku, location order by sequence))
select format('%s at %s, movement %s', sku, location, sequence) as subject,
       format('%s %s: on_hand %s, allocated %s, held %s, unavailable %s, incoming %s, after movement %s',
              kind, quantity, d_on_hand, d_allocated, d_held, d_unavailable, d_incoming, sequence_before) as detail
from walk
where sequence <> sequence_before + 1
   or not coalesce(case kind
      when 'allocated'
          then (d_on_hand, d_allocated, d_unavailable, d_incoming) = (0, quantity, 0, 0)
              and d_held between -quantity and 0
      when 'reallocated' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (0, quantity, 0, 0, 0)
      -- A released claim belonged to an order or to a hold, never to both.
      when 'released'
          then (d_on_hand, d_unavailable, d_incoming) = (0, 0, 0)
              and (d_allocated, d_held) in ((quantity, 0), (0, quantity))
      when 'held' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (0, 0, quantity, 0, 0)
      when 'expired' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (0, 0, quantity, 0, 0)
      when 'withheld' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (0, 0, 0, quantity, 0)
      when 'expected' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (0, 0, 0, 0, quantity)
      when 'shipped' then (d_on_hand, d_allocated, d_held, d_unavailable, d_incoming) = (quantity, quantity, 0, 0, 0)
      -- Units that are set aside come and go as such, without being for sale in between.
      when 'adjusted'
          then (d_on_hand, d_allocated, d_held, d_incoming) = (quantity, 0, 0, 0)
              and d_unavailable between least(quantity, 0) and greatest(quantity, 0)
      when 'returned'
          then (d_on_hand, d_allocated, d_held, d_incoming) = (quantity, 0, 0, 0)
              and d_unavailable in (0, quantity)
      -- Received units of a document are no longer expected; more than expected may be received.
      when 'received'
          then (d_on_hand, d_allocated, d_held) = (quantity, 0, 0) and d_unavailable in (0, quantity)
              and d_incoming between -quantity and 0
      when 'transferred'
          then (d_on_hand, d_allocated, d_held) = (quantity, 0, 0) and d_unavailable in (0, quantity)
              and d_incoming between -greatest(quantity, 0) and 0 end, false)
