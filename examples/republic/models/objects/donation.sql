--! kind = "object"
--! register = "political_donations"
--! says = "A donation to a party or candidate."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    recipient,
    amount,
    donated_on
from registers.political_donations
