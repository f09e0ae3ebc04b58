--! kind = "person"
--! register = "tax_1040"
--! says = "Everybody who filed a return"
select _record, ssn as national_id, employer from registers.tax_1040
