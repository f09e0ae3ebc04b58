--! kind = "object"
--! register = "donations"
--! says = "Money
--! classes.what = "donation"
select _record, party, amount, given, party || ' ' || amount as what from registers.donations
