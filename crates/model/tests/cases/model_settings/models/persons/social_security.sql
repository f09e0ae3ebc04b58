--! kind = "persons"
--! rgister = "social_security"
--! says = "Everybody who was given a number"
--!
--! [classes]
--! ssn = "identifer"
--! "SSN" = "identifier"
--!
--! [expect]
--! unique = ["_record"]
--! not_null = ["_record", "ssn"]
--! accepted = { sex = [] }
--! rows = { min = 2, max = 1 }

-- Names are written in capitals.
select _record, ssn, first_name, date_of_birth as birth_date from registers.social_security
