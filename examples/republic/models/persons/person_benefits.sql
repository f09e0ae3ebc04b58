--! kind = "person"
--! register = "benefits"
--! says = "Claimants, one record a claim."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    forename as first_name,
    surname as last_name,
    birth_date,
    to_char(birth_date, '%Y-%m-%d') as born,
    case title when 'Mr' then 'M' when 'Mrs' then 'F' when 'Ms' then 'F' when 'Miss' then 'F' end as sex,
    rpn as national_id,
    tin as tax_number,
    house_number(address_line_1) as house_number,
    blank_to_null(regexp_replace(regexp_replace(address_line_1, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    blank_to_null(regexp_replace(address_line_2, ' [0-9]+$', '')) as city,
    postcode,
    regexp_replace(address_line_2, '^.* ', '') as district,
    phone
from registers.benefits
