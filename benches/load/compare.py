"""Runs `fobwatch bench` and wrk in turn against a server that does nothing, and prints requests per
second and processor time per request.

python3 compare.py PORT FOBWATCH; LOAD_ROUNDS sets how many rounds are played (7). Both keep 50
connections and send POSTs of the same size. wrk sends the same bytes again and again; each of ours
carries the code of another person. The server runs on the first processor, the two on the last,
if there are several. Our processor time is that of the whole process, less what the same command
takes for a single verification (people read from the file, their keys made), both by /proc.
"""
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).parent
PEOPLE = 200_000
CONNECTIONS = 50
SECONDS = 2
MAP = """\
map: 1
name: nothing
base: http://127.0.0.1:{port}
source_addresses: shared
operations:
  submit_code:
    requests: [{{ request: POST /verify, json: {{ user: $user, code: $code }} }}]
    replies: [{{ when: {{ status: 200 }}, reply: signed_in, assurance: two_factor }}]
"""
LUA = """\
wrk.method = "POST"
wrk.body = '{"user":"person-100000","code":"123456"}'
wrk.headers["content-type"] = "application/json"
wrk.headers["accept"] = "*/*"
"""


def processors(pid, which):
    for task in os.listdir(f"/proc/{pid}/task"):
        os.sched_setaffinity(int(task), {which})


def run(command, cpu):
    """Processor seconds and what was said."""
    with tempfile.TemporaryFile("w+") as said:
        process = subprocess.Popen(command, stdout=said, stderr=subprocess.STDOUT,
                                   preexec_fn=lambda: os.sched_setaffinity(0, {cpu}))
        _, status, usage = os.wait4(process.pid, 0)
        said.seek(0)
        text = said.read()
        if status != 0:
            sys.exit(f"{command[0]} failed: {text[-2000:]}")
        return usage.ru_utime + usage.ru_stime, text


def people(path):
    """A key each; what it is does not matter, that it differs does."""
    with open(path, "w") as file:
        for number in range(PEOPLE):
            key = f"{number:016d}".translate(str.maketrans("0123456789", "ABCDEFGHIJ"))
            file.write(f"person-{number:06},x,otpauth://totp/x?secret={key}{key}\n")


class Ours:
    def __init__(self, fobwatch, port, folder, cpu):
        self.cpu, self.result = cpu, folder / "result.json"
        (folder / "map.yaml").write_text(MAP.format(port=port))
        people(folder / "people.csv")
        self.command = [fobwatch, "bench", "--no-calibration", "--against", f"map:{folder}/map.yaml",
                        "--people", f"{folder}/people.csv", "--engine", "wire",
                        "--report", f"json={self.result}"]

    def measure(self):
        idle, _ = run(self.command + ["--workers", "1", "--count", "1"], self.cpu)
        whole, _ = run(self.command + ["--workers", str(CONNECTIONS), "--count", str(PEOPLE)], self.cpu)
        result = json.loads(self.result.read_text())
        accepted = sum(one["count"] for one in result["record"]["counts"]["outcomes"] if one["ended"] == "accepted")
        if accepted != PEOPLE:
            sys.exit(f"{accepted} of {PEOPLE} were accepted")
        took = result["record"]["parts"][0]["took_ns"] / 1e9
        return PEOPLE / took, (whole - idle) / PEOPLE, whole / PEOPLE


class Wrk:
    def __init__(self, port, folder, cpu):
        self.cpu, script = cpu, folder / "post.lua"
        script.write_text(LUA)
        self.command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{SECONDS}s", "-s", str(script),
                        f"http://127.0.0.1:{port}/verify"]

    def measure(self):
        cpu, said = run(self.command, self.cpu)
        count = int(re.search(r"(\d+) requests in", said).group(1))
        rate = float(re.search(r"Requests/sec:\s*([\d.]+)", said).group(1))
        return rate, cpu / count, cpu / count


def main():
    port, fobwatch = int(sys.argv[1]), sys.argv[2]
    rounds = int(os.environ.get("LOAD_ROUNDS", "7"))
    cores = sorted(os.sched_getaffinity(0))
    processors(os.getppid(), cores[0])
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        known = {"fobwatch": Ours(fobwatch, port, folder, cores[-1])}
        if shutil.which("wrk"):
            known["wrk"] = Wrk(port, folder, cores[-1])
        else:
            print("wrk is not installed: benches/load/install does it")
        results = {name: [] for name in known}
        for _ in range(rounds):
            for name, contender in known.items():
                results[name].append(contender.measure())
    last = list(results.values())[-1]
    peer = statistics.median(run[1] for run in last)
    print(f"{rounds} rounds in turn, {CONNECTIONS} connections, one processor each for server and client")
    print(f"{'':10}{'req/s median':>14}{'CPU us/req min':>16}{'median':>8}{'max':>8}"
          f"{'with start':>12}{'req per CPU second, ratio':>27}")
    for name, runs in results.items():
        cpu = [run[1] * 1e6 for run in runs]
        median = statistics.median(cpu)
        whole = statistics.median(run[2] * 1e6 for run in runs)
        rate = statistics.median(run[0] for run in runs)
        print(f"{name:10}{rate:14.0f}{min(cpu):16.2f}{median:8.2f}{max(cpu):8.2f}{whole:12.2f}"
              f"{peer * 1e6 / median:27.2f}")


main()
