-- payments: (reference text, amount numeric)
select reference, amount from provider_ledger where kind = 'part_refund'
