"""Spoiled files of every format, as the benchmark makes them: refused by name, or read as they stand."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pandas as pd
import pyreadstat
import pytest

from trygghet.errors import InputError
from trygghet.sources.savcheck import is_whole
from trygghet.sources.tables import read_table

SCRIPT = Path(__file__).parents[2] / "benchmarks" / "read_mutations.py"


def test_three_hundred_spoiled_files():
    command = [sys.executable, str(SCRIPT), "--mutations", "350"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    assert "350 spoiled files, 0 neither" in done.stdout
    # the counts would not mean anything if nothing were ever refused, or everything
    assert "refused" in done.stdout and "same" in done.stdout


@pytest.mark.parametrize("compress", [True, False])
@pytest.mark.parametrize("n", [1, 7, 8, 50])
def test_a_cut_or_shifted_spss_file_is_refused(tmp_path, compress, n):
    frame = pd.DataFrame({"a": [1.5 * i for i in range(n)], "b": ["x" * (i % 9) for i in range(n)]})
    path = tmp_path / "a.sav"
    pyreadstat.write_sav(frame, str(path), row_compress=compress)
    data = path.read_bytes()
    assert is_whole(data)
    assert len(read_table(path)) == n
    for spoiled in (data[:-1], data[:-8] if n > 1 else data[:-3], data + b"\0", data[:-20] + data[-19:]):
        path.write_bytes(spoiled)
        with pytest.raises(InputError) as caught:
            read_table(path)
        assert caught.value.faults[0].rule == "T19-BROKEN-WORKBOOK"
