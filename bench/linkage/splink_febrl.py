"""Links FEBRL's data sets 3 and 4 with Splink 5 on DuckDB, as Splink's documentation does, and scores it against the truth.

    pip install -r requirements.txt
    python febrl.py OUT
    python splink_febrl.py 3 OUT/febrl3.parquet
    python splink_febrl.py 4 OUT/febrl4a.parquet OUT/febrl4b.parquet

Comparisons, blocking and training are those of its examples "Deduplicating the febrl3 dataset" and "Linking the febrl4
datasets" (the detailed model), the seeds of sampling being ours. Pairs that blocking missed count as missed. One JSON object
is printed: seconds by stage, and pairs and clusters scored at several thresholds.
"""
import argparse
import json
import time

import duckdb
import pyarrow.parquet as pq
import splink.comparison_library as cl
from splink import Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI

THRESHOLDS = (0.2, 0.5, 0.8, 0.95, 0.99, 0.999, 0.9999)
SWAPPED = "l.given_name = r.surname and l.surname = r.given_name"
SURE = [block_on("soc_sec_id"), block_on("given_name", "surname", "date_of_birth")]


def of_3() -> dict:
    """What the documentation does with data set 3: one file, deduplicated."""
    return {
        "settings": SettingsCreator(
            link_type="dedupe_only",
            blocking_rules_to_generate_predictions=[
                block_on(column) for column in ("soc_sec_id", "given_name", "surname", "date_of_birth", "postcode")],
            comparisons=[
                cl.NameComparison("given_name"),
                cl.NameComparison("surname"),
                cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.ExactMatch("postcode").configure(term_frequency_adjustments=True)]),
        "sure": [*SURE, f"{SWAPPED} and l.date_of_birth = r.date_of_birth"], "recall": 0.9, "without_frequencies": False}


def of_4() -> dict:
    """What the documentation does with data set 4: two files, linked."""
    return {
        "settings": SettingsCreator(
            link_type="link_only",
            blocking_rules_to_generate_predictions=[
                block_on("given_name", "surname"), SWAPPED, block_on("date_of_birth"), block_on("soc_sec_id"),
                block_on("state", "address_1"), block_on("street_number", "address_1"), block_on("postcode")],
            comparisons=[
                cl.NameComparison("given_name").configure(term_frequency_adjustments=True),
                cl.NameComparison("surname").configure(term_frequency_adjustments=True),
                cl.DateOfBirthComparison(
                    "date_of_birth", input_is_string=True, datetime_format="%Y%m%d", invalid_dates_as_null=True),
                cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2]),
                cl.ExactMatch("street_number").configure(term_frequency_adjustments=True),
                cl.DamerauLevenshteinAtThresholds("postcode", [1, 2]).configure(term_frequency_adjustments=True)]),
        "sure": SURE, "recall": 0.8, "without_frequencies": True}


def score(right: int, found: int, wanted: int) -> dict:
    precision, recall = right / max(found, 1), right / max(wanted, 1)
    f1 = 2 * precision * recall / max(precision + recall, 1e-12)
    return {"precision": round(precision, 4), "recall": round(recall, 4), "f1": round(f1, 4)}


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("data", choices=["3", "4"])
    arguments.add_argument("files", nargs="+")
    args = arguments.parse_args()
    con = duckdb.connect()
    con.execute("create table records as select unique_id, truth, filename as file from read_parquet(?, filename = true)", [args.files])
    given = [pq.read_table(file).drop_columns(["truth"]) for file in args.files]
    seconds, began = {}, time.time()

    def lap(stage: str) -> None:
        seconds[stage] = time.time() - began - sum(seconds.values())

    what, api = of_3() if args.data == "3" else of_4(), DuckDBAPI()
    across = args.data == "4"
    tables = [api.register(table) for table in given]
    linker = Linker(tables if across else tables[0], what["settings"], log_level=40)
    linker.training.estimate_probability_two_random_records_match(what["sure"], recall=what["recall"])
    linker.training.estimate_u_using_random_sampling(max_pairs=1e6, seed=2)
    for column in ("date_of_birth", "postcode"):
        linker.training.estimate_parameters_using_expectation_maximisation(
            block_on(column), estimate_without_term_frequencies=what["without_frequencies"])
    lap("train")
    predictions = linker.inference.predict(threshold_match_probability=min(THRESHOLDS))
    lap("predict")
    linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=0.95)
    lap("cluster")
    report = {"records": sum(table.num_rows for table in given), "seconds": seconds, "total": sum(seconds.values()),
              "pairs": {}, "clusters": {}}
    con.register("predictions", predictions.as_duckdbpyrelation().select("unique_id_l, unique_id_r, match_probability").to_arrow_table())
    # Of two files only pairs across them are wanted, as Splink gives no others.
    elsewhere = "and l.file <> r.file" if across else ""
    wanted = con.execute(f"""select count(*) from records l join records r on l.truth = r.truth and l.unique_id < r.unique_id
        {elsewhere}""").fetchall()[0][0]
    for threshold in THRESHOLDS:
        right, found = con.execute("""select count(*) filter (l.truth = r.truth), count(*) from predictions p
            join records l on l.unique_id = p.unique_id_l join records r on r.unique_id = p.unique_id_r
            where p.match_probability >= ?""", [threshold]).fetchall()[0]
        report["pairs"][threshold] = score(right, found, wanted)
        clusters = linker.clustering.cluster_pairwise_predictions_at_threshold(predictions, threshold_match_probability=threshold)
        con.register("clusters", clusters.as_duckdbpyrelation().select("unique_id, cluster_id").to_arrow_table())
        right, found = con.execute(f"""with named as (select unique_id, cluster_id, truth, file from clusters join records using (unique_id))
            select count(*) filter (l.truth = r.truth), count(*) from named l join named r
            on l.cluster_id = r.cluster_id and l.unique_id < r.unique_id {elsewhere}""").fetchall()[0]
        report["clusters"][threshold] = score(right, found, wanted)
        con.unregister("clusters")
    print(json.dumps(report, indent=1))


if __name__ == "__main__":
    main()
