--! kind = "object"
--! register = "electronic_forms"
--! says = "A form handed in online."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    form_type,
    submitted_at
from registers.electronic_forms
