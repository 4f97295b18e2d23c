-- inventory: Each movement continues the one before it: sequence without a gap, balances to the unit
select count(*) from movements;

with walk as (
    select sku, location, sequence, kind, quantity, on_hand, allocated,
           lag(sequence, 1, 0::bigint) over level as sequence_before,
           lag(on_hand, 1, 0::bigint) over level as on_hand_before,
           lag(allocated, 1, 0::bigint) over level as allocated_before
    from movements window level as (partition by sku, location order by sequence))
select format('%s at %s, movement %s', sku, location, sequence),
       format('%s %s: on_hand %s → %s, allocated %s → %s, after movement %s', kind, quantity, on_hand_before, on_hand, allocated_before, allocated, sequence_before)
from walk
where sequence <> sequence_before + 1
   or on_hand <> on_hand_before + case when kind in ('allocated', 'released') then 0 else quantity end
   or allocated <> allocated_before + case when kind in ('allocated', 'released') then quantity else 0 end
