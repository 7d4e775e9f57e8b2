"""Runs the flow by map and by Hurl in turn, and prints wall time, CPU time and peak memory.

python3 compare.py PORT FOBWATCH; FLOW_ROUNDS sets how many rounds are played (11, and 5 of the long
ones). Hurl is `hurl` on the path, or what `benches/flow/install` has installed.
"""
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
TARGET = pathlib.Path(os.environ.get("CARGO_TARGET_DIR", HERE.parent.parent / "target"))
FLOWS = 200


def finished(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/finished", timeout=10) as answer:
        return int(answer.read())


def measured(port, command, flows):
    """Wall seconds, CPU seconds and peak MiB of one run that must play `flows` flows to their end."""
    before = finished(port)
    with tempfile.TemporaryFile("w+") as said, tempfile.NamedTemporaryFile("r") as peak:
        # A process inherits the peak of the one that forked it: this one is larger than either.
        small = ["/usr/bin/time", "--format=%M", f"--output={peak.name}"] + command
        start = time.perf_counter()
        process = subprocess.Popen(small, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
        said.seek(0)
        if status != 0 or finished(port) - before != flows:
            sys.exit(f"{command[0]} did not play {flows} flows: {said.read()[-2000:]}")
        return wall, usage.ru_utime + usage.ru_stime, int(peak.read()) / 1024


def contenders(port, fobwatch, folder):
    """Name to (one flow, 200 one after the other, 200 with eight at once)."""
    adapter = folder / "flow.yaml"
    adapter.write_text((HERE / "adapter.yaml").read_text().replace(":8230", f":{port}"))
    scenario = (HERE / "scenario.yaml").read_text()
    one, many = folder / "one", folder / "many"
    one.mkdir()
    many.mkdir()
    (one / "flow.yaml").write_text(scenario)
    for number in range(FLOWS):
        (many / f"flow-{number:03}.yaml").write_text(scenario)
    ours = [fobwatch, "run", "--quiet", "--profile", "rfc-otp", "--against", f"map:{adapter}"]
    known = {
        "fobwatch": (
            ours + ["--jobs", "1", str(one)],
            ours + ["--jobs", "1", str(many)],
            ours + ["--jobs", "8", str(many)],
        )
    }
    hurl = shutil.which("hurl") or shutil.which("hurl", path=TARGET / "peers/bin")
    if hurl is None:
        print("Hurl is not installed: benches/flow/install does it")
        return known
    flow = folder / "flow.hurl"
    flow.write_text((HERE / "flow.hurl").read_text().replace(":8230", f":{port}"))
    repeated = ["--repeat", str(FLOWS), str(flow)]
    version = subprocess.run([hurl, "--version"], capture_output=True, text=True).stdout.split()[1]
    known[f"hurl {version}"] = (
        [hurl, "--test", str(flow)],
        [hurl, "--test", "--jobs", "1"] + repeated,
        [hurl, "--test", "--jobs", "8"] + repeated,
    )
    return known


def main():
    port, fobwatch = int(sys.argv[1]), sys.argv[2]
    rounds = int(os.environ.get("FLOW_ROUNDS", "11"))
    with tempfile.TemporaryDirectory() as name:
        known = contenders(port, fobwatch, pathlib.Path(name))
        for column, (title, flows, times) in enumerate([
            ("1 flow, cold start", 1, rounds),
            (f"{FLOWS} flows, one after the other", FLOWS, max(1, rounds // 2)),
            (f"{FLOWS} flows, eight at once", FLOWS, max(1, rounds // 2)),
        ]):
            results = {name: [] for name in known}
            for _ in range(times):
                for name, commands in known.items():
                    results[name].append(measured(port, commands[column], flows))
            print(f"\n{title} ({times} rounds)")
            print(f"{'':14}{'wall ms min':>12}{'median':>9}{'CPU ms':>9}{'peak MiB':>10}{'ratio':>8}")
            last = statistics.median(run[0] for run in list(results.values())[-1])
            for name, runs in results.items():
                walls = [run[0] * 1e3 for run in runs]
                median = statistics.median(walls)
                cpu = statistics.median(run[1] for run in runs) * 1e3
                peak = max(run[2] for run in runs)
                print(f"{name:14}{min(walls):12.1f}{median:9.1f}{cpu:9.1f}{peak:10.1f}"
                      f"{median / last / 1e3:8.2f}")


main()
