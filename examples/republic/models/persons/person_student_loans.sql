--! kind = "person"
--! register = "student_loans"
--! says = "Borrowers, one record a loan."
--!
--! [expect]
--! unique = ["_record"]
select
    _record,
    borrower_first as first_name,
    borrower_mi as middle_name,
    borrower_last as last_name,
    dob as birth_date,
    to_char(dob, '%Y-%m-%d') as born,
    borrower_rpn as national_id,
    house_number(street) as house_number,
    blank_to_null(regexp_replace(regexp_replace(street, '^[0-9]+[a-zA-Z]? ', ''), ', .*$', '')) as street,
    city,
    zip as postcode,
    phone,
    email
from registers.student_loans
