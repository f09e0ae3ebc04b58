"""Runs Splink 5 for comparison with our reading of its models: the same pairs, levels and weights.

    pip install splink==5.0.0 duckdb==2.0.0 pandas pyarrow
    python splink_parity.py golden OUT     what DuckDB's functions give for many texts
    python splink_parity.py sample OUT     made-up persons, three models, and Splink's pairs for each
    python splink_parity.py run PERSONS.parquet OUT [--model model.json | --rule SQL] [--least -4]

`golden` and `sample` wrote what is in crates/matching/tests/golden/splink; every person in it is made up here.

`run` takes a table with the columns that anytown.py and synth_persons.py write. It trains the usual model, or reads
one, and writes OUT/model.json and OUT/pairs.parquet: both ids, the comparison vector, the match weight and the
blocking rule of every pair of the least weight or more. `--rule` blocks by one condition more than usual. It prints seconds and memory. Predictions are always made by
a linker that was loaded from the JSON, since that, not the training session, is the model.
"""
import argparse
import json
import random
import resource
import time
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import splink.comparison_level_library as cll
import splink.comparison_library as cl
from splink import ColumnExpression, Linker, SettingsCreator, block_on
from splink.backends.duckdb import DuckDBAPI
from splink.blocking_rule_library import CustomRule

from splink_synth import settings

# The usual comparisons and blocking rules, as the comparison of quality has them.
COMPARISONS, RULES, _ = settings(more=False)
USUAL = SettingsCreator(
    link_type="dedupe_only", unique_id_column_name="uid", comparisons=COMPARISONS,
    blocking_rules_to_generate_predictions=RULES)

FIRST = """Anna Maria Mary John James William Robert Michael Linda Barbara Élodie Zoë José Jose Søren Łukasz Björn Ana Ann
Anne Marie Jean-Luc Mohammed Muhammad Mohamed Kate Katherine Catherine Kathryn Jon Jonathan Wm Bob Martha Marhta
Al Bo Li Xi Ng Ødegård Maximilian-Alexander""".split()
LAST = """Smith Smyth Smithe Jones Johnson Johnston Nguyen Nguyên Müller Mueller Muller García Garcia O'Brien OBrien Brien
DeLaCruz Cruz Williams Williamson Brown Browne Ng Wu Øster Öster Kowalski Kowalska Wolfeschlegelsteinhausenbergerdorff
Wolfeschlegelsteinhausenbergerdorf Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz
Abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxzy""".split()
STREETS = ["Elm St", "Elm Street", "Oak Ave", "High Road", "Höhenweg", "Main St", "Maine St", "1st Ave", "Hill Rd"]
AREAS = ["SW1A", "N1", "EC1A", "M60", "B33", "CR2", "DN55"]


def wrong(draw: random.Random, text: str) -> str:
    """Gives the text with a slip in it."""
    at = draw.randrange(len(text) + 1)
    kind = draw.randrange(5)
    if kind == 0:
        return text[:at] + draw.choice("abcdeé0123456789 ") + text[at:]
    if kind == 1:
        return text[:at] + text[at + 1:]
    if kind == 2:
        return text[:at] + draw.choice("aeiouß0123456789") + text[at + 1:]
    if kind == 3 and at + 1 < len(text):
        return text[:at] + text[at + 1] + text[at] + text[at + 2:]
    return text.upper() if draw.random() < 0.5 else text


def persons(count: int) -> pa.Table:
    """Makes up records of people, with slips, missing values and empty texts."""
    draw = random.Random(7)
    rows = []
    while len(rows) < count:
        year, month, day = draw.randint(1930, 2005), draw.randint(1, 12), draw.randint(1, 28)
        first, last = draw.choice(FIRST), draw.choice(LAST)
        truth = {
            "first_name": first, "last_name": last, "mi": draw.choice("ABCDEFGHJKLMNPRSTW"),
            "dob": f"{year:04}{month:02}{day:02}", "ssn": f"{draw.randrange(10**9):09}",
            "street_number": str(draw.randrange(1, 200)), "street_name": draw.choice(STREETS),
            "zip": f"{draw.randrange(8):05}", "sex": draw.choice("FM"),
            "email": f"{first.lower()}.{last.lower()[:8]}{draw.randrange(30)}@{draw.choice('xyz')}.org",
            "postcode": f"{draw.choice(AREAS)} {draw.randrange(10)}{draw.choice('AB')}{draw.choice('XYZ')}",
        }
        iso = f"{year:04}-{month:02}-{day:02}"
        height, lat, lng = draw.randint(150, 200), draw.uniform(51, 52), draw.uniform(-1, 1)
        for _ in range(draw.choice([1, 1, 2, 2, 3])):
            row = dict(truth)
            for field in row:
                chance = draw.random()
                if chance < 0.07:
                    row[field] = None
                elif chance < 0.08 and field != "email":
                    row[field] = ""
                elif chance < 0.17:
                    row[field] = wrong(draw, row[field])
            if draw.random() < 0.03:
                row["first_name"], row["last_name"] = row["last_name"], row["first_name"]
            row["birth"] = draw.choice([iso, iso, iso, wrong(draw, iso), None, f"{year:04}-{day:02}-{month:02}"])
            row["height"] = draw.choice([height, height, height + 1, height - 3, None, 0])
            row["lat"] = draw.choice([lat, lat + 0.001, lat + 0.05, None])
            row["lng"] = draw.choice([lng, lng, lng - 0.01])
            row["since"] = draw.choice([iso, iso, None])
            rows.append(row)
    rows = rows[:count]
    draw.shuffle(rows)
    for at, row in enumerate(rows):
        row["uid"], row["id"] = at * 7 % 10007, f"r{at * 13 % 9973}"
        row["src"] = draw.choice(["census", "tax", "clinic"])
        parts = (row["first_name"], row["last_name"])
        row["full_name"] = " ".join(parts) if None not in parts else None
    table = pa.Table.from_pylist(rows)
    at = table.schema.get_field_index("since")
    return table.set_column(at, "since", table["since"].cast(pa.date32()))


def usual(table: pa.Table) -> dict:
    """Trains the usual model and gives what Splink saves."""
    linker = Linker(DuckDBAPI().register(table), USUAL, log_level=40)
    linker.training.estimate_probability_two_random_records_match(
        [block_on("ssn"), block_on("first_name", "last_name", "dob")], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=1e7, seed=1)
    for rule in (block_on("ssn"), block_on("first_name", "last_name")):
        linker.training.estimate_parameters_using_expectation_maximisation(
            rule, estimate_without_term_frequencies=True)
    return linker.misc.save_model_to_json()


def libraries() -> SettingsCreator:
    """Every comparison of Splink's libraries that we read, over two data sets."""
    expression = ColumnExpression
    custom = cl.CustomComparison(output_column_name="custom one", comparison_levels=[
        cll.And(cll.NullLevel("mi"), cll.NullLevel("sex")),
        cll.Or(cll.ExactMatchLevel("mi"), cll.Not(cll.ExactMatchLevel("sex"))).configure(m_probability=0.6),
        cll.LiteralMatchLevel("sex", "F", "string"),
        cll.CustomLevel("mi_l < mi_r AND length(coalesce(mi_l, '')) <> 0").configure(u_probability=0.2),
        cll.ElseLevel()])
    numbers = cl.CustomComparison(output_column_name="height", comparison_levels=[
        cll.NullLevel("height"),
        cll.ExactMatchLevel("height").configure(
            tf_adjustment_column="height", tf_adjustment_weight=0.5, tf_minimum_u_value=0.02, u_probability=0.07),
        cll.AbsoluteDifferenceLevel("height", 1),
        cll.PercentageDifferenceLevel("height", 0.02),
        cll.LiteralMatchLevel("height", "0", "int"),
        cll.ElseLevel()])
    reversed_names = cl.CustomComparison(output_column_name="names", comparison_levels=[
        cll.NullLevel("full_name"),
        cll.ExactMatchLevel("full_name").configure(tf_adjustment_column="full_name", m_probability=0.8),
        cll.ColumnsReversedLevel("first_name", "last_name", symmetrical=True),
        cll.CustomLevel("levenshtein(first_name_r, last_name_l) < 2 AND damerau_levenshtein(upper(last_name_r), "
                        "upper(first_name_l)) < 3"),
        cll.CustomLevel("jaro_winkler_similarity(full_name_l, full_name_r) > 0.95").configure(
            tf_adjustment_column="last_name", disable_tf_exact_match_detection=True, u_probability=0.05),
        cll.CustomLevel("first_name_l || ' ' || last_name_l = concat(first_name_r, ' ', last_name_r) "
                        "OR trim(left(first_name_l, 2)) = right(first_name_r, 2)"),
        cll.ElseLevel()])
    return SettingsCreator(
        link_type="link_only", unique_id_column_name="id", source_dataset_column_name="src",
        probability_two_random_records_match=0.003,
        comparisons=[
            cl.NameComparison(expression("first_name").lower()),
            cl.ForenameSurnameComparison("first_name", "last_name", forename_surname_concat_col_name="full_name"),
            cl.DateOfBirthComparison("birth", input_is_string=True),
            cl.DateOfBirthComparison("since", input_is_string=False),
            cl.AbsoluteDateDifferenceAtThresholds(
                "dob", input_is_string=True, metrics=["day", "month"], thresholds=[3, 2], datetime_format="%Y%m%d"),
            cl.EmailComparison("email"),
            cl.PostcodeComparison("postcode", invalid_postcodes_as_null=True, lat_col="lat", long_col="lng"),
            cl.JaroAtThresholds("last_name", [0.9, 0.6]),
            cl.LevenshteinAtThresholds(expression("street_name").lower().substr(2, 5).nullif(""), [1, 2, 4]),
            cl.JaccardAtThresholds(expression("ssn").nullif(""), [0.9, 0.5]),
            custom, numbers, reversed_names,
        ],
        blocking_rules_to_generate_predictions=[
            CustomRule("l.first_name = r.last_name"),
            CustomRule("l.last_name = r.last_name and length(l.first_name) < 6 and not (l.sex = r.sex)"),
            block_on("postcode"),
            block_on("substr(dob, 1, 6)", "zip"),
            block_on(expression("last_name").lower().substr(1, 4), "sex", "zip"),
            CustomRule("substr(l.ssn, 1, 3) = substr(r.ssn, 1, 3) and left(l.dob, 2) = left(r.birth, 2)"),
            block_on("height", "since"),
            block_on("year(since)", "mi"),
        ])


def three() -> SettingsCreator:
    """Three data sets, linked and deduplicated, with nothing trained: Splink's defaults."""
    return SettingsCreator(
        link_type="link_and_dedupe", unique_id_column_name="uid", source_dataset_column_name="src",
        comparisons=[cl.ForenameSurnameComparison("first_name", "last_name"),
                     cl.DamerauLevenshteinAtThresholds("dob", [1, 2, 4]),
                     cl.PostcodeComparison("postcode"),
                     cl.ExactMatch("zip").configure(term_frequency_adjustments=True)],
        blocking_rules_to_generate_predictions=[block_on("ssn"), block_on("last_name", "zip"), block_on("dob")])


def predict(model: dict, table: pa.Table, folder: Path, name: str, least) -> float:
    """Writes a model and Splink's pairs for it, and gives the seconds that predicting took."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.json"
    path.write_text(json.dumps(model, indent=1) + "\n")
    shown = dict(model, retain_matching_columns=True, retain_intermediate_calculation_columns=False)
    for rule in shown["blocking_rules_to_generate_predictions"]:
        rule.pop("sql_dialect", None)
    api = DuckDBAPI()
    source = model["source_dataset_column_name"]
    if model["link_type"] == "dedupe_only":
        given = api.register(table)
    else:
        values = sorted(set(table[source].to_pylist()))
        given = [api.register(table.filter(pa.compute.equal(table[source], value))) for value in values]
    linker = Linker(given, shown, log_level=40)
    started = time.time()
    found = linker.inference.predict(threshold_match_weight=least, warning_mode="never")
    seconds = time.time() - started
    uid = model["unique_id_column_name"]
    gammas = ["gamma_" + one["output_column_name"].replace(" ", "_") for one in model["comparisons"]]
    relation = found.as_duckdbpyrelation()
    sides = [f'{uid}_l', f'{uid}_r']
    if model["link_type"] != "dedupe_only":
        sides += [f'{source}_l', f'{source}_r']
    columns = [f'"{one}"' for one in sides] + [f'"{one}"::tinyint as "{one}"' for one in gammas]
    columns += ["match_weight", "match_probability", "match_key::tinyint as match_key"]
    order = ", ".join(f'"{one}"' for one in sides)
    pairs = relation.select(", ".join(columns)).order(order).to_arrow_table()
    pq.write_table(pairs, folder / f"{name}_pairs.parquet", compression="zstd", compression_level=19)
    print(f"{name}: {pairs.num_rows} pairs")
    return seconds


def texts(count: int):
    """Pairs of texts, near each other or not, that are awkward for distances over bytes."""
    draw = random.Random(3)
    pool = FIRST + LAST + STREETS + ["", "a", "b", "ab", "ba", "aa", "é", "è", "日本", "日", "aaaaaaaa", "abababab"]
    for _ in range(count):
        kind = draw.randrange(6)
        if kind == 0:
            letters = "ab" if draw.random() < 0.5 else "abcé1"
            one = "".join(draw.choice(letters) for _ in range(draw.randrange(12)))
            other = "".join(draw.choice(letters) for _ in range(draw.randrange(12)))
        elif kind == 1:
            one = "".join(draw.choice("abc") for _ in range(draw.randrange(55, 150)))
            other = wrong(draw, wrong(draw, one)) if draw.random() < 0.5 else one[draw.randrange(20):] + "abc"
        elif kind == 2:
            one = f"{draw.randrange(10**9):09}"
            other = wrong(draw, wrong(draw, one))
        elif kind == 3:
            one, other = draw.choice(pool), draw.choice(pool)
        else:
            one = draw.choice(pool)
            other = one
            for _ in range(draw.randrange(4)):
                other = wrong(draw, other)
        yield one, other


def golden(folder: Path) -> None:
    """Writes what DuckDB's functions give."""
    folder.mkdir(parents=True, exist_ok=True)
    con = duckdb.connect()
    write = lambda name, table: pq.write_table(
        table, folder / f"{name}.parquet", compression="zstd", compression_level=19)
    pairs = pa.table(dict(zip(("a", "b"), map(list, zip(*texts(4000))))))
    con.register("pairs", pairs)
    write("distances", con.sql("""select a, b, levenshtein(a, b)::int levenshtein,
        damerau_levenshtein(a, b)::int damerau_levenshtein, jaro_similarity(a, b) jaro,
        jaro_winkler_similarity(a, b) jaro_winkler,
        case when a <> '' and b <> '' then jaccard(a, b) end jaccard from pairs""").to_arrow_table())
    con.register("letters", pa.table({"c": [c for c in range(1, 0x110000) if not 0xD800 <= c <= 0xDFFF]}))
    write("letters", con.sql("""select c::int c, unicode(lower(chr(c::int)))::int lower, unicode(upper(chr(c::int)))::int upper,
        trim(chr(c::int)) = '' trimmed from letters where lower(chr(c::int)) <> chr(c::int)
        or upper(chr(c::int)) <> chr(c::int) or trim(chr(c::int)) = ''""").to_arrow_table())
    draw = random.Random(5)
    dates = ["", " ", "2020-01-01", "20200101", "infinity", "-infinity", "epoch", " Epoch  ", "epochs", "1900-02-29", "2000-02-29",
             "0000-01-01", "9999-12-31", "20200-01-01", "2020-13-01", "2020-00-01", "2020-01-00", "2020-01-32", "1/2/2020",
             "01/02/20", "31/12/1969", "2020-02-03T01:02:03Z", "2020-02-03T24:02:03Z", "2020-02-03t01:02:03Z", "é"]
    dates += [wrong(draw, draw.choice(dates)) for _ in range(400)]
    formats = ["%Y-%m-%d", "%Y%m%d", "%d/%m/%Y", "%d/%m/%y", "%-d/%-m/%Y", "%Y-%m-%dT%H:%M:%SZ", "%d %m %Y", "%Y"]
    con.register("dates", pa.table({"text": dates}))
    write("dates", con.sql(" union all ".join(
        f"select text, '{one}' as format, epoch_us(try_strptime(text, '{one}')) micros from dates"
        for one in formats)).to_arrow_table())


def main() -> None:
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("what", choices=["golden", "sample", "run"])
    arguments.add_argument("paths", nargs="+", type=Path)
    arguments.add_argument("--model", type=Path)
    arguments.add_argument("--rule", action="append", default=[], help="as Splink's model has it, of l and r")
    arguments.add_argument("--least", type=float, default=None)
    args = arguments.parse_args()
    if args.what == "golden":
        golden(args.paths[0])
    elif args.what == "sample":
        folder, table = args.paths[0], persons(1500)
        folder.mkdir(parents=True, exist_ok=True)
        pq.write_table(table, folder / "persons.parquet", compression="zstd", compression_level=19)
        predict(usual(table), table, folder, "usual", None)
        two = table.filter(pa.compute.is_in(table["src"], pa.array(["census", "tax"])))
        predict(libraries().get_settings("duckdb").as_dict(), two, folder, "libraries", None)
        predict(three().get_settings("duckdb").as_dict(), table, folder, "three", None)
    else:
        source, folder = args.paths
        table = pq.read_table(source)
        table = table.drop_columns([name for name in ("truth",) if name in table.column_names])
        started = time.time()
        model = json.loads(args.model.read_text()) if args.model else usual(table)
        trained = time.time() - started
        for rule in args.rule:
            model["blocking_rules_to_generate_predictions"].append({"blocking_rule": rule})
        seconds = predict(model, table, folder, "model", args.least)
        print(json.dumps({"records": table.num_rows, "train": round(trained, 1), "predict": round(seconds, 1),
                          "peak_rss_gb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 2)}))


if __name__ == "__main__":
    main()
