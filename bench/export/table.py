"""Writes test/assets/tables/: one small table of every kind of column, as Parquet in five compressions and two page versions, and as CSV.

    python bench/export/table.py test/assets/tables        (needs pyarrow)
"""
import sys
from datetime import datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.csv
import pyarrow.parquet as pq

ROWS = 40
out = Path(sys.argv[1])
out.mkdir(parents=True, exist_ok=True)
table = pa.table({
    "whole": pa.array([i * i - 7 for i in range(ROWS)], pa.int64()),
    "small": pa.array([i % 5 for i in range(ROWS)], pa.int8()),
    "share": pa.array([i / 8 for i in range(ROWS)], pa.float64()),
    "single": pa.array([i / 4 for i in range(ROWS)], pa.float32()),
    "flag": pa.array([i % 3 == 0 for i in range(ROWS)], pa.bool_()),
    "text": pa.array([["plain", "a, comma", "ünï", 'a "quote"'][i % 4] for i in range(ROWS)]).dictionary_encode(),
    "gap": pa.array([None if i % 7 == 3 else float(i) for i in range(ROWS)], pa.float64()),
    "label": pa.array([["no", "yes"][i % 2] for i in range(ROWS)]),
})
for codec in ["none", "snappy", "gzip", "zstd", "brotli"]:
    pq.write_table(table, out / f"{codec}.parquet", compression=codec)
pq.write_table(table, out / "pages-v2.parquet", compression="snappy", data_page_version="2.0", row_group_size=16, use_dictionary=False)
pq.write_table(table.append_column("when", pa.array([datetime(2026, 1, 1 + i % 28) for i in range(ROWS)])), out / "dates.parquet")
pa.csv.write_csv(table, out / "table.csv")
