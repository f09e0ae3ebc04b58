--! kind = "step"
--! register = "social_security"
--! says = "Everybody who was given a number"
--!
--! [classes]
--! ssn = "identifier"
--!
--! [expect]
--! unique = ["_record"]
--! not_null = ["_record", "ssn"]
--! accepted = { sex = ["F", "M"] }
--! rows = { min = 1 }

-- Names are written in capitals.
select _record, ssn, first_name, date_of_birth as birth_date from registers.social_security
