-- inventory: (sku text, location text, sequence bigint, available bigint)
select sku, location, sequence, on_hand - unavailable - allocated - held from levels
