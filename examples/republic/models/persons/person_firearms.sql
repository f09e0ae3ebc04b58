--! kind = "person"
--! register = "firearms"
--! says = "Permit holders; the name is written `Last, First M. Jr`."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    split_part(given, ' ', 1) as first_name,
    blank_to_null(regexp_replace(split_part(given, ' ', 2), '^(Jr|Sr|II|III|IV)$|\.', '')) as middle_name,
    split_part(holder_name, ',', 1) as last_name,
    dob as birth_date,
    to_char(dob, '%Y-%m-%d') as born,
    sex,
    house_number(street_address) as house_number,
    blank_to_null(regexp_replace(regexp_replace(street_address, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    town as city,
    postcode
from (select *, trim(split_part(holder_name, ',', 2)) as given from registers.firearms)
