"""Reads every table of a project's lake with Python's deltalake and with DuckDB, and compares what they see.

    python read_tables.py PROJECT

Ends with status 1 when a table can't be read, when the two disagree on its rows, when a register's rows lack where they
came from, or when the Delta log holds minima or maxima of a personal column.
"""
import json
import sys
from pathlib import Path

import deltalake
import duckdb

PROVENANCE = {"_record", "_file", "_row", "_run"}


def load_delta_extension(connection: duckdb.DuckDBPyConnection) -> None:
    """Loads the extension from the package that ships it; nothing is fetched."""
    import duckdb_extension_delta

    folder = Path(duckdb_extension_delta.__file__).parent
    found = sorted(folder.rglob("*.duckdb_extension"))
    if not found:
        sys.exit(f"no DuckDB extension below {folder}")
    connection.execute(f"load '{found[0]}'")


def statistics_of(table: Path) -> set[str]:
    """Gives the columns of which the Delta log holds a minimum or a maximum."""
    columns = set()
    for commit in sorted((table / "_delta_log").glob("*.json")):
        for line in commit.read_text().splitlines():
            added = json.loads(line).get("add")
            if added and added.get("stats"):
                stats = json.loads(added["stats"])
                columns |= set(stats.get("minValues", {})) | set(stats.get("maxValues", {}))
    return columns


def main() -> None:
    lake = Path(sys.argv[1]) / "data" / "lake"
    connection = duckdb.connect(config={"allow_unsigned_extensions": "true"})
    load_delta_extension(connection)
    tables = sorted(log.parent for log in lake.glob("*/*/_delta_log"))
    if not tables:
        sys.exit(f"no tables below {lake}")
    rows = 0
    for table in tables:
        theirs = deltalake.DeltaTable(str(table))
        seen = theirs.to_pyarrow_table()
        counted = connection.execute(f"select count(*) from delta_scan('{table}')").fetchone()[0]
        name = f"{table.parent.name}.{table.name}"
        if seen.num_rows != counted:
            sys.exit(f"{name}: deltalake reads {seen.num_rows} rows, DuckDB {counted}")
        if table.parent.name == "registers":
            missing = PROVENANCE - set(seen.column_names)
            if missing:
                sys.exit(f"{name}: no column {sorted(missing)}")
            if seen.column("_record").null_count or len(seen.column("_record").unique()) != seen.num_rows:
                sys.exit(f"{name}: record ids are not unique")
        personal = statistics_of(table) - PROVENANCE
        if personal and table.parent.name in ("registers", "quarantine", "models"):
            sys.exit(f"{name}: the Delta log holds minima or maxima of {sorted(personal)}")
        rows += counted
    print(f"{len(tables)} tables, {rows} rows: deltalake and DuckDB agree")


if __name__ == "__main__":
    main()
