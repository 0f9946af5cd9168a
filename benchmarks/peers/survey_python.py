"""One task of one Python peer, in the peers' own environment: `survey_python.py ENGINE TASK DATA`.

Prints one line of JSON: CPU seconds (best of the rounds), wall seconds, peak_mb above the loaded data, and
some numbers to check.
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

ROUNDS = 2


def high_water() -> float:
    """Highest resident size so far, MB."""
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def measured(call: object, rounds: int) -> dict:
    """CPU and wall seconds of the best round and the memory it took above what was there."""
    Path("/proc/self/clear_refs").write_text("5")
    before, cpu, wall, result = high_water(), float("inf"), float("inf"), None
    for _ in range(rounds):
        start, clock = time.process_time(), time.perf_counter()
        result = call()
        cpu, wall = min(cpu, time.process_time() - start), min(wall, time.perf_counter() - clock)
    return {"seconds": cpu, "wall": wall, "peak_mb": high_water() - before, "check": result}


def svy_task(task: str, folder: Path, totals: dict) -> object:
    """A call of svy that makes its Sample anew."""
    import polars
    import svy

    frame = polars.read_parquet(folder / "survey.parquet")
    items = [c for c in frame.columns if c.startswith("q")]
    if task == "bootstrap":
        frame = frame.with_row_index("row")
    psu = {"psu": "row"} if task == "bootstrap" else {}
    design = svy.Design(stratum="stratum", wgt="weight", pop_size="population", **psu)

    def raked() -> object:
        return svy.Sample(frame, design).weighting.rake(controls=totals, tol=1e-8)

    if task == "rake":
        return lambda: float(raked().data["rk_wgt"].sum())
    if task == "linear":
        controls = {
            svy.Cat(k, ref=next(iter(v))) if i else svy.Cat(k): dict(v) for i, (k, v) in enumerate(totals.items())
        }
        for i, v in enumerate(controls.values()):
            if i:
                v.pop(next(iter(v)))
        return lambda: float(svy.Sample(frame, design).weighting.calibrate(controls=controls).data["calib_wgt"].sum())
    if task == "table":
        return lambda: len(raked().estimation.mean(items, by="area"))
    return lambda: svy.Sample(frame, design).weighting.create_bs_wgts(200).data.width


def ipfn_task(folder: Path, totals: dict) -> object:
    """ipfn on the rows (it has no variance)."""
    import pandas as pd
    from ipfn import ipfn

    frame = pd.read_parquet(folder / "survey.parquet", columns=[*totals, "weight"])
    targets = [pd.Series(v).rename_axis(k).rename("weight") for k, v in totals.items()]

    def run() -> float:
        fitted = ipfn.ipfn(
            frame.copy(), targets, [[k] for k in totals], weight_col="weight", convergence_rate=1e-8, max_iteration=100
        )
        return float(fitted.iteration()["weight"].sum())

    return run


def weightipy_task(folder: Path, totals: dict) -> object:
    """weightipy's rim weighting; it takes no base weights, so it solves an easier problem."""
    import pandas as pd
    import weightipy

    frame = pd.read_parquet(folder / "survey.parquet", columns=list(totals))
    shares = {k: {c: 100 * x / sum(v.values()) for c, x in v.items()} for k, v in totals.items()}
    scheme = weightipy.scheme_from_dict(shares, rim_params={"max_iterations": 100, "convcrit": 1e-8})
    return lambda: float(weightipy.weight_dataframe(frame, scheme)["weights"].sum())


def main(engine: str, task: str, folder: Path) -> None:
    """Run and print."""
    totals = json.loads((folder / "totals.json").read_text())
    if engine == "svy":
        call = svy_task(task, folder, totals)
    else:
        call = {"ipfn": ipfn_task, "weightipy": weightipy_task}[engine](folder, totals)
    print(json.dumps(measured(call, ROUNDS)))


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2], Path(sys.argv[3]))
