--! kind = "object"
--! register = "donations"
--! says = "Money given to a party"
--! classes.what = "donation"
select _record, party, amount, given, party || ' ' || amount as what from registers.donations
