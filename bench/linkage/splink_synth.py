"""Links a person table, of a synthetic republic or of Anytown, with Splink 5 on DuckDB, and scores it against the truth.

    pip install splink==5.0.0 duckdb==2.0.0 pandas pyarrow
    python splink_synth.py OUT/persons.parquet [--more]

Comparisons and blocking are those that an experienced user would choose for these columns: names with term
frequencies, birth date and national identifier by edit distance, address, sex. `--more` adds telephone, e-mail, tax
number and passport. Pairs that blocking missed count as missed. One JSON object is printed: seconds by stage and in all
and the peak of memory, from the records in memory to clusters at 0.95; then, outside of these, pairs and clusters scored
at several thresholds, since the best one is known only to who knows the truth.
"""
import argparse
import json
import resource
import time

import duckdb
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

THRESHOLDS = (0.5, 0.8, 0.95, 0.99, 0.999, 0.9999, 0.99999, 0.999999)


def settings(more: bool):
    """Gives comparisons, blocking rules and the rules that training blocks on."""
    comparisons = [
        cl.NameComparison("first_name").configure(term_frequency_adjustments=True),
        cl.NameComparison("last_name").configure(term_frequency_adjustments=True),
        cl.ExactMatch("mi"),
        cl.DamerauLevenshteinAtThresholds("dob", [1, 2]),
        cl.DamerauLevenshteinAtThresholds("ssn", [1, 2]),
        cl.ExactMatch("street_number"),
        cl.LevenshteinAtThresholds("street_name", [1, 3]),
        cl.ExactMatch("zip").configure(term_frequency_adjustments=True),
        cl.ExactMatch("sex"),
    ]
    blocking = [
        block_on("ssn"),
        block_on("first_name", "last_name"),
        block_on("last_name", "dob"),
        block_on("first_name", "dob"),
        block_on("last_name", "zip"),
        block_on("first_name", "zip", "mi"),
        block_on("street_name", "street_number", "zip"),
        block_on("substr(first_name,1,3)", "substr(last_name,1,4)", "substr(dob,1,4)"),
    ]
    training = [block_on("ssn"), block_on("first_name", "last_name")]
    if more:
        for column in ("phone", "email", "tin", "passport"):
            comparisons.append(cl.ExactMatch(column))
            blocking.append(block_on(column))
    return comparisons, blocking, training


def score(con, clusters: str) -> dict:
    """Gives precision, recall and F1 of the pairs that the clusters imply."""
    pairs = "coalesce(sum(n * (n - 1) // 2), 0)::bigint"
    right, found, wanted = con.execute(f"""
        with joined as (select c.cluster_id, p.truth from {clusters} c join persons p using (uid))
        select (select {pairs} from (select count(*) n from joined group by cluster_id, truth)),
               (select {pairs} from (select count(*) n from joined group by cluster_id)),
               (select {pairs} from (select count(*) n from joined group by truth))""").fetchall()[0]
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def score_pairs(con, predictions: str, threshold: float) -> dict:
    """Gives precision, recall and F1 of the pairs of a probability or more. Pairs that blocking missed count as missed."""
    right, found, wanted = con.execute(f"""
        with kept as (select l.truth = r.truth as is_right from {predictions} p
                      join persons l on l.uid = p.uid_l join persons r on r.uid = p.uid_r where p.match_probability >= {threshold})
        select (select count(*) from kept where is_right), (select count(*) from kept),
               (select coalesce(sum(n * (n - 1) // 2), 0)::bigint from (select count(*) n from persons group by truth))""").fetchall()[0]
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    return {"precision": round(precision, 4), "recall": round(recall, 4),
            "f1": round(2 * precision * recall / max(precision + recall, 1e-12), 4)}


def arrow(frame):
    """Gives a Splink frame as an Arrow table."""
    found = frame.as_duckdbpyrelation().arrow()
    return found.read_all() if hasattr(found, "read_all") else found


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("persons")
    arguments.add_argument("--more", action="store_true", help="compare telephone, e-mail, tax number, passport too")
    args = arguments.parse_args()
    con = duckdb.connect()
    con.execute("create table persons as select uid, truth from read_parquet(?)", [args.persons])
    hidden = con.sql(f"select * exclude (truth) from read_parquet('{args.persons}')").arrow()
    hidden = hidden.read_all() if hasattr(hidden, "read_all") else hidden
    comparisons, blocking, training = settings(args.more)
    seconds, began = {}, time.time()

    def lap(stage: str) -> None:
        seconds[stage] = time.time() - began - sum(seconds.values())

    linker = Linker(DuckDBAPI().register(hidden), SettingsCreator(
        link_type="dedupe_only", unique_id_column_name="uid", comparisons=comparisons,
        blocking_rules_to_generate_predictions=blocking,
        retain_intermediate_calculation_columns=False, retain_matching_columns=False), log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("ssn"), block_on("first_name", "last_name", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7)
    for rule in training:
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True)
    lap("train")
    predictions = linker.inference.predict(threshold_match_weight=-4)
    lap("predict")
    linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.95)
    lap("cluster")
    report = {"records": hidden.num_rows, "persons": con.execute("select count(distinct truth) from persons").fetchall()[0][0],
              "more": args.more, "seconds": seconds, "total": sum(seconds.values()),
              "peak_rss_bytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024, "pairs": {}, "clusters": {}}
    con.register("predictions", predictions.as_duckdbpyrelation().select("uid_l, uid_r, match_probability").to_arrow_table())
    for threshold in THRESHOLDS:
        report["pairs"][threshold] = score_pairs(con, "predictions", threshold)
        clusters = arrow(linker.clustering.cluster_pairwise_predictions_at_threshold(
            predictions, threshold_match_probability=threshold))
        con.register("clusters", clusters)
        report["clusters"][threshold] = score(con, "clusters")
        con.unregister("clusters")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
