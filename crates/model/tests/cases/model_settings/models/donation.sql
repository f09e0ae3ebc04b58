select 1
--! kind = "object"
