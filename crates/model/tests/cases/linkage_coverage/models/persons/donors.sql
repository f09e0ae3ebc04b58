--! kind = "person"
--! register = "donations"
--! says = "Donors"
select _record, party as last_name from registers.donations
