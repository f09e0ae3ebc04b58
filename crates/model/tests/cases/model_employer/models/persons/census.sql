--! kind = "person"
--! register = "census"
--! says = "Everybody who was counted"
--! classes = { employer = "identity" }
select _record, first_name, last_name, 'Kestrel Foods' as employer from registers.census
