--! kind = "object"
--! register = "firearms"
--! says = "A permit to hold firearms."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    permit_type,
    weapons,
    issued_on,
    expires_on
from registers.firearms
