--! kind = "object"
--! register = "immigration_status"
--! says = "A visa or a permit with its dates."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    status,
    visa_class,
    nationality,
    valid_from,
    valid_until
from registers.immigration_status
