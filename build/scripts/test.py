#!/usr/bin/env python3
"""Runs every test and linter and closes with a line "N passed, N failed". Called by `make test`.

Each Go test, each test of the page, and each other check counts as one. The output of what failed is shown whole; what was
skipped is named with its reason.
"""
import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[2]
TAGS = "sqlite_fts5"
PAGE = ROOT / "frontend"

# What tests the page in a browser, against the real program: a suite is a Node program that prints TAP, one line a test.
# Its file may be absent.
BROWSER_SUITES = [
    ("page in a browser", PAGE / "e2e" / "run.mjs"),
]


class Tally:
    """Counts of what ran, and the names of what did not pass."""

    def __init__(self):
        self.passed = 0
        self.failed = []
        self.skipped = []

    def check(self, name, ok, output=""):
        if ok:
            self.passed += 1
            return
        self.failed.append(name)
        print(f"FAILED {name}\n{output.rstrip()}\n", flush=True)


def command(tally, name, *args):
    """Runs a command as one check."""
    begun = time.monotonic()
    done = subprocess.run(args, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    print(f"{name}: {'ok' if done.returncode == 0 else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True)
    tally.check(name, done.returncode == 0, done.stdout)


def go_tests(tally):
    """Runs the Go tests under the race detector and counts each of them."""
    env = dict(os.environ, CGO_ENABLED="1")
    args = ["go", "test", "-race", "-tags", TAGS, "-timeout", "20m", "-json", "./..."]
    run = subprocess.Popen(args, cwd=ROOT, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
    output = {}
    failed_tests = set()
    for line in run.stdout:
        try:
            event = json.loads(line)
        except ValueError:
            output.setdefault(("", ""), []).append(line)
            continue
        package, test = event.get("Package") or event.get("ImportPath", ""), event.get("Test", "")
        action = event["Action"]
        if action in ("output", "build-output"):
            output.setdefault((package, test), []).append(event["Output"])
        elif test and action == "pass":
            tally.passed += 1
            output.pop((package, test), None)
        elif test and action == "skip":
            reason = "".join(output.pop((package, test), [])).strip().splitlines()
            tally.skipped.append((package, test, " ".join(reason[1:-1]).strip() or "no reason given"))
        elif test and action == "fail":
            failed_tests.add(package)
            tally.check(f"{package} {test}", False, "".join(output.pop((package, test), [])))
        elif not test and action in ("pass", "fail", "build-fail"):
            if action != "build-fail":
                print(f"{package}: {action}, {event.get('Elapsed', 0):.0f} s", flush=True)
            if action == "fail" and package not in failed_tests:
                # A package that does not build, or whose process died outside any test.
                lines = [text for (name, _), texts in output.items() if name.split(" ")[0] in (package, "") for text in texts]
                tally.check(package, False, "".join(lines))
    run.wait()
    if run.returncode and not tally.failed:
        tally.check("go test", False, "".join(output.get(("", ""), [])))


def without_race_detector(tally):
    """Runs those tests that the race detector does not bear: they said so when they were skipped."""
    borne, tally.skipped = [s for s in tally.skipped if "race detector" not in s[2]], [s for s in tally.skipped if "race detector" in s[2]]
    packages = {}
    for package, test, _ in tally.skipped:
        packages.setdefault(package, []).append(test)
    for package, tests in packages.items():
        for test in tests:
            pattern = "/".join(f"^{re.escape(part)}$" for part in test.split("/"))
            args = ["go", "test", "-tags", TAGS, "-count=1", "-run", pattern, package]
            command(tally, f"{package} {test} without the race detector", *args)
    tally.skipped = borne


def page_tests(tally):
    """Runs the tests of the page's own code and counts each of them."""
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        report = pathlib.Path(folder) / "report.json"
        args = ["npx", "--no-install", "vitest", "run", "--reporter=json", f"--outputFile={report}"]
        done = subprocess.run(args, cwd=PAGE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        try:
            files = json.loads(report.read_text())["testResults"]
        except (OSError, ValueError, KeyError):
            files = []
    failed = len(tally.failed)
    for file in files:
        where = os.path.relpath(file["name"], ROOT)
        if file["status"] == "failed" and not file["assertionResults"]:
            tally.check(where, False, file.get("message", ""))
        for test in file["assertionResults"]:
            if test["status"] in ("skipped", "pending", "todo"):
                tally.skipped.append((where, test["fullName"], "marked so in its file"))
            else:
                tally.check(f"{where} {test['fullName']}", test["status"] == "passed", "\n".join(test.get("failureMessages") or []))
    if (done.returncode or not files) and len(tally.failed) == failed:
        tally.check("page", False, done.stdout)
    print(f"page: {'ok' if len(tally.failed) == failed else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True)


TAP_LINE = re.compile(r"^(not )?ok\b[ \d]*(?:- )?(.*?)(?:\s+# (SKIP|TODO)\b\s*(.*))?$")


def browser_tests(tally):
    """Runs the suites that drive a browser and counts the lines of what they print."""
    for name, program in BROWSER_SUITES:
        if not program.exists():
            continue
        begun = time.monotonic()
        done = subprocess.run(["node", str(program)], cwd=PAGE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace")
        failed, counted = len(tally.failed), 0
        for line in done.stdout.splitlines():
            match = TAP_LINE.match(line)
            if not match:
                continue
            counted += 1
            wrong, test, skip, reason = match.groups()
            if skip:
                tally.skipped.append((name, test, reason or "no reason given"))
            else:
                tally.check(f"{name}: {test}", not wrong)
        if len(tally.failed) > failed:
            print(done.stdout, flush=True)
        elif done.returncode or not counted:
            tally.check(name, False, done.stdout)
        print(f"{name}: {'ok' if len(tally.failed) == failed else 'FAILED'}, {time.monotonic() - begun:.0f} s", flush=True)


def generated_code_is_current(tally):
    """Checks that `make generate` would change nothing."""
    before = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    done = subprocess.run(["make", "--no-print-directory", "generate"], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    after = subprocess.run(["git", "status", "--porcelain"], cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout
    changed = done.returncode != 0 or after != before
    print(f"generated code: {'FAILED' if changed else 'ok'}", flush=True)
    tally.check("generated code is current", not changed, done.stdout + after)


def main():
    tally = Tally()
    command(tally, "go vet", "go", "vet", "-tags", TAGS, "./...")
    command(tally, "golangci-lint", str(ROOT / "build/tools/golangci-lint"), "run")
    command(tally, "svelte-check", "npm", "--prefix", str(PAGE), "run", "--silent", "check")
    command(tally, "rules of the page", "npm", "--prefix", str(PAGE), "run", "--silent", "lint")
    generated_code_is_current(tally)
    page_tests(tally)
    go_tests(tally)
    without_race_detector(tally)
    browser_tests(tally)
    for package, test, reason in tally.skipped:
        print(f"skipped {package} {test}: {reason}")
    for failed in tally.failed:
        print(f"failed  {failed}")
    skipped = f", {len(tally.skipped)} skipped" if tally.skipped else ""
    print(f"{tally.passed} passed, {len(tally.failed)} failed{skipped}")
    sys.exit(1 if tally.failed else 0)


if __name__ == "__main__":
    main()
