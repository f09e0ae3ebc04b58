--! kind = "person"
--! register = "residents"
--! says = "Residents as person records"
--! [expect]
--! unique = ["_record"]
--! not_null = ["last_name"]
--! rows = { min = 1 }
select
    _record,
    first_name,
    last_name,
    born as birth_date,
    street,
    postcode
from registers.residents
