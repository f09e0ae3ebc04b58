--! kind = "person"
--! register = "broker_data"
--! says = "Persons in the bought data."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first as first_name,
    mi as middle_name,
    last as last_name,
    birth_month as born,
    gender as sex,
    house_number(street_address) as house_number,
    blank_to_null(regexp_replace(regexp_replace(street_address, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    city,
    zip as postcode,
    phone,
    email
from registers.broker_data
