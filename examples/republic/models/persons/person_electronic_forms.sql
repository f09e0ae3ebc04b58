--! kind = "person"
--! register = "electronic_forms"
--! says = "Who handed in a form."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    given_name as first_name,
    family_name as last_name,
    born as birth_date,
    to_char(born, '%Y-%m-%d') as born,
    house_number,
    blank_to_null(regexp_replace(street, ', .*$', '')) as street,
    town as city,
    postcode,
    phone,
    email
from registers.electronic_forms
