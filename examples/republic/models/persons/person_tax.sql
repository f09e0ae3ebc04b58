--! kind = "person"
--! register = "tax"
--! says = "Taxpayers, one record a return."
--!
--! [classes]
--! employer = "employment"
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(given_names, ' ', 1) as first_name,
    blank_to_null(substr(given_names, strpos(given_names || ' ', ' ') + 1)) as middle_name,
    surname as last_name,
    birth_date,
    to_char(birth_date, '%Y-%m-%d') as born,
    rpn as national_id,
    tin as tax_number,
    house_number(address) as house_number,
    blank_to_null(regexp_replace(regexp_replace(address, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    town as city,
    postcode,
    district,
    employer
from registers.tax
