--! kind = "person"
--! register = "political_activity"
--! says = "Members, signatories and organisers."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    first_name,
    last_name,
    cast(birth_year as varchar) as born,
    house_number(street) as house_number,
    blank_to_null(regexp_replace(regexp_replace(street, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    postcode,
    district,
    phone,
    email
from registers.political_activity
