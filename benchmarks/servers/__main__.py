"""Compare this service with other servers of the same model.

    python -m benchmarks.servers [--quick] [--only NAME ...] [--json FILE]

Installs each framework into an environment of its own, starts all servers, checks that
they read ten digits right, loads them in turns with wrk, and writes
benchmarks/RESULTS.md and docs/servers.svg where everything was measured.
Linux only; needs wrk (Debian: apt-get install wrk).
"""

import argparse
import signal
import sys
from pathlib import Path

from benchmarks.servers.chart import svg
from benchmarks.servers.contenders import CONTENDERS, OURS, Contender
from benchmarks.servers.report import markdown
from benchmarks.servers.results import Results, as_json, write
from benchmarks.servers.run import measure
from benchmarks.servers.running import ROOT
from benchmarks.servers.wrk import NoLoad


def main() -> int:
    """Measure, print, and write; 1 where a row is void, 2 where nothing can be run."""
    options = _options()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, _stop)
    try:
        results = measure(
            _chosen(options.only), options.rounds, options.seconds, options.starts
        )
    except NoLoad as error:
        print(f"benchmarks.servers: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("stopped, and every server with it", file=sys.stderr)
        return 130
    print(markdown(results))
    _keep(results, options)
    return int(any(row.void for row in results.rows))


def _stop(*_: object) -> None:
    """Once: who is impatient would otherwise leave servers behind."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    print("\nstopping every server, a moment", file=sys.stderr, flush=True)
    raise KeyboardInterrupt


def _chosen(only: list[str] | None) -> list[Contender]:
    """Those whose name contains one of `only`, and ours, without which is no ratio."""
    if not only:
        return list(CONTENDERS)
    words = [word.lower() for word in only]
    for word in words:
        if not any(word in contender.name.lower() for contender in CONTENDERS):
            names = "; ".join(contender.name for contender in CONTENDERS)
            raise SystemExit(
                f"--only {word}: no contender has it, expected of: {names}"
            )
    return [
        contender
        for contender in CONTENDERS
        if contender.name == OURS
        or any(word in contender.name.lower() for word in words)
    ]


def _keep(results: Results, options: argparse.Namespace) -> None:
    if options.json:
        write(options.json, as_json(results))
    if options.out:
        options.out.mkdir(parents=True, exist_ok=True)
        write(options.out / "RESULTS.md", markdown(results))
        write(options.out / "servers.svg", svg(results))
    elif not (options.quick or options.only):
        write(ROOT / "benchmarks/RESULTS.md", markdown(results))
        write(ROOT / "docs/servers.svg", svg(results))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.servers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--quick", action="store_true", help="a proof run: 2 rounds of 1 s, no file")
    add("--only", nargs="+", metavar="NAME", help="contenders with this in their name")
    add("--rounds", type=_positive, help="default: 9")
    add("--seconds", type=_positive, help="of each contender in each stage; default: 2")
    add("--starts", type=_positive, help="of each server, timed; default: 3")
    add("--json", type=Path, metavar="FILE", help="write every figure to FILE")
    add(
        "--out",
        type=Path,
        metavar="FOLDER",
        help="write RESULTS.md and the chart there",
    )
    options = parser.parse_args()
    for name, usual, quick in (("rounds", 9, 2), ("seconds", 2, 1), ("starts", 3, 1)):
        if getattr(options, name) is None:
            setattr(options, name, quick if options.quick else usual)
    return options


def _positive(text: str) -> int:
    if text.isascii() and text.isdigit() and 0 < int(text) < 10**6:
        return int(text)
    raise argparse.ArgumentTypeError(f"{text!r}: expected a whole number from 1 up")


if __name__ == "__main__":
    sys.exit(main())
