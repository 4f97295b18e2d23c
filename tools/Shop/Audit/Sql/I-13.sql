-- inventory: A waitlist offer is one active hold of its customer on that SKU, and each entry has at most one offer
select count(*) as checked from waitlist;

select format('%s, position %s of %s', w.sku, w.position, w.customer) as subject,
       format('is %s; %s offers, %s of them active over %s units',
              w.state, count(h.id), count(h.id) filter (where h.state = 'active'), sum(l.units)) as detail
from waitlist w
left join holds h on h.entry_id = w.id
left join lateral (
    select sum(quantity) filter (where sku = w.sku) as units, count(*) filter (where sku <> w.sku) as others
    from hold_lines where hold_id = h.id) l on true
group by w.id
having case when w.state = 'offered' then count(h.id) filter (
                where h.state = 'active' and h.customer = w.customer and l.units between 1 and w.quantity
                    and l.others = 0) <> 1
            when w.state = 'waiting' then count(h.id) > 0
            when w.state = 'left' then count(h.id) > 0
            when w.state = 'purchased' then count(h.id) filter (where h.state = 'committed') <> 1
            when w.state = 'lapsed' then count(h.id) filter (where h.state = 'expired') <> 1
            when w.state = 'declined' then count(h.id) filter (where h.state = 'released') <> 1
            else true end
    or count(h.id) > 1
union all
select format('hold %s of %s', id, customer), 'is an offer for a waitlist entry that does not exist'
from holds h where entry_id is not null and not exists (select from waitlist w where w.id = h.entry_id)
