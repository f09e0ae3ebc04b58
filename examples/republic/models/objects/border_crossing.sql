--! kind = "object"
--! register = "travel"
--! says = "An entry or exit."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    port,
    direction,
    carrier,
    crossing_date
from registers.travel
