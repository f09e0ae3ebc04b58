--! kind = "step"
--! register = "census"
--! says = "é"
--! expect = { unique = ["frist_name"], accepted = { agee = ["1"] } }
select 1
--! expect.rows.min = 1
