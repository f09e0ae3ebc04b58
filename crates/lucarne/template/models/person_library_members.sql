--! kind = "person"
--! register = "library_members"
--! says = "Library members as person records: the first word is the first name, the rest the last"
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(name, ' ', 1) as first_name,
    substr(name, strpos(name, ' ') + 1) as last_name,
    birthday as birth_date,
    postcode
from registers.library_members
