"""Times Splink 5 on DuckDB with a trained model: Parquet in, clusters out.

    pip install -r requirements.txt
    python splink_speed.py MODEL.json PERSONS.parquet OUT [--least-weight -4 | --clusters-only] [--threshold 0.95]

It does what `lucarne link run --model` does: reads the records, predicts every pair of the least match weight or more,
clusters at the threshold, and writes OUT/edges.parquet and OUT/clusters.parquet. With --clusters-only the least weight
is that of the threshold, so that Splink keeps no more pairs than clusters need, and no edges are written. One JSON object
is printed: seconds by stage and in all, the pairs kept and the peak of memory.
"""
import argparse
import json
import math
import resource
import time
from pathlib import Path

import duckdb
from splink import Linker
from splink.backends.duckdb import DuckDBAPI


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("model", type=Path)
    arguments.add_argument("persons", type=Path)
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--least-weight", type=float, default=-4.0)
    arguments.add_argument("--clusters-only", action="store_true")
    arguments.add_argument("--threshold", type=float, default=0.95)
    args = arguments.parse_args()
    args.out.mkdir(parents=True, exist_ok=True)
    model = json.loads(args.model.read_text())
    for rule in model["blocking_rules_to_generate_predictions"]:
        rule.pop("sql_dialect", None)
    seconds, began = {}, time.time()

    def lap(stage: str) -> None:
        seconds[stage] = time.time() - began - sum(seconds.values())

    con = duckdb.connect()
    hidden = "* exclude (truth)" if "truth" in con.sql(f"select * from read_parquet('{args.persons}')").columns else "*"
    table = con.sql(f"select {hidden} from read_parquet('{args.persons}')").to_arrow_table()
    linker = Linker(DuckDBAPI().register(table), dict(model, retain_matching_columns=False), log_level=40)
    lap("read")
    least = math.log2(args.threshold / (1 - args.threshold)) if args.clusters_only else args.least_weight
    pairs = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    lap("predict")
    clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(
        pairs, threshold_match_probability=args.threshold)
    lap("cluster")
    kept = pairs.as_duckdbpyrelation()
    uid = model["unique_id_column_name"]
    if not args.clusters_only:
        columns = f"{uid}_l, {uid}_r, match_weight, match_probability"
        kept.select(columns).write_parquet(str(args.out / "edges.parquet"))
    clusters.as_duckdbpyrelation().select(f"{uid}, cluster_id").write_parquet(str(args.out / "clusters.parquet"))
    lap("write")
    count = kept.count("*").fetchall()[0][0]
    persons = duckdb.sql(f"select count(distinct cluster_id) from read_parquet('{args.out}/clusters.parquet')").fetchall()[0][0]
    print(json.dumps({"records": table.num_rows, "edges": count, "persons": persons, "seconds": seconds,
                      "total": sum(seconds.values()),
                      "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024}))


if __name__ == "__main__":
    main()
