"""Holds two groupings of the same records to each other: the same records together, whatever the groups are called.

    python same_clusters.py SPLINK/clusters.parquet LUCARNE/clusters.parquet [--id uid]

Reads what splink_speed.py writes (the id, cluster_id) and what `lucarne link run` writes (source, id, cluster), ids being
unique. Ends with status 1 and names two records when one side has them together and the other has not.
"""
import argparse
import json
import sys

import duckdb


def apart(con, together: str, other: str):
    """Gives two records that one side has in one cluster and the other has not, in a list that is empty where there are none."""
    return con.execute(f"""
        with torn as (select {together} from both_sides group by {together} having count(distinct {other}) > 1
                      order by min(id) limit 1)
        select arg_min(id, {other}), arg_max(id, {other}) from both_sides
        where {together} in (select {together} from torn) having count(*) > 0""").fetchall()


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("theirs")
    arguments.add_argument("ours")
    arguments.add_argument("--id", default="uid")
    args = arguments.parse_args()
    con = duckdb.connect()
    con.execute(f'create table theirs as select "{args.id}" as id, cluster_id from read_parquet(?)', [args.theirs])
    con.execute("create table ours as select id, cluster from read_parquet(?)", [args.ours])
    con.execute("create table both_sides as select id, theirs.cluster_id as a, ours.cluster as b from theirs join ours using (id)")
    theirs, ours, joined, distinct = con.execute("""select (select count(*) from theirs), (select count(*) from ours),
        count(*), count(distinct id) from both_sides""").fetchall()[0]
    if not theirs == ours == joined == distinct:
        sys.exit(f"not the same records: {theirs} of Splink, {ours} of Lucarne, {distinct} of both")
    for together, other, who in (("a", "b", "Splink"), ("b", "a", "Lucarne")):
        found = apart(con, together, other)
        if found:
            sys.exit(f"records {found[0][0]} and {found[0][1]} are in one cluster of {who}'s only")
    print(json.dumps({"records": joined, "clusters": con.execute("select count(distinct a) from both_sides").fetchall()[0][0]}))


if __name__ == "__main__":
    main()
