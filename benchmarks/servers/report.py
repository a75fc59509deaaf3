"""The results as Markdown: benchmarks/RESULTS.md."""

from benchmarks.servers.contenders import OURS
from benchmarks.servers.goals import GOALS
from benchmarks.servers.results import SERVERS, Memory, Results
from benchmarks.servers.rounds import HALF
from benchmarks.servers.summary import Latency, Ratio, Row

DASH = "-"
HEAD = """\
# Servers compared

Made by `python -m benchmarks.servers`; what is measured, and why it can be trusted, is
in [README.md](README.md).
"""
SPEED = ("1", "16", "64")


def markdown(results: Results) -> str:
    """The whole of it."""
    return "\n".join(
        [
            HEAD,
            *_circumstances(results),
            "\n## Requests a second, and processor time\n",
            f"Ratios are of `{OURS}` over the row: the median of the rounds, and the "
            "quartiles about it. 2.00 in requests/s: ours answers twice as many; in "
            "CPU: ours needs twice the processor time, user and system, of all "
            "processes.\n",
            *_table(_SPEED_HEADS, [_speed(row) for row in results.rows]),
            "\n## Latency, memory, start\n",
            "Milliseconds: with one connection, a closed loop; at half load, 16 "
            "connections and an open loop at half the requests/s of the same round, "
            "which kept so many cores busy: the server's and, after +, the load's. "
            "MiB: of all processes together, each page counted once, whoever else has "
            "it, at the end (and grown since warm, in so many requests). "
            "Start: from the process to the first right answer.\n",
            *_table(_QUIET_HEADS, [_quiet(row, results) for row in results.rows]),
            "\n## The goals\n",
            *_table(("goal", "asked", "measured", ""), _goals(results)),
            *_left_out(results),
            "\n## Versions\n",
            *_versions(results),
            "",
        ]
    )


def _circumstances(results: Results) -> list[str]:
    machine = results.machine
    return [
        f"{machine.date}, commit {machine.commit or 'unknown'}: {machine.cores} cores "
        f"of {machine.cpu}, {machine.memory_gib:.0f} GiB, Linux {machine.kernel}, "
        f"Python {machine.python}, wrk {results.wrk}. {results.rounds} rounds, "
        f"{results.seconds} s of each contender in each stage. Load average before the "
        f"start {machine.load:.2f}; all servers idle together used "
        f"{100 * results.idle:.0f}% of one core.",
    ]


_SPEED_HEADS = (
    "contender",
    *("1 connection, /s", "ours over it"),
    *("16, /s", "ours over it"),
    *("64, /s", "ours over it"),
    *("CPU us a request", "ours over it"),
)


def _speed(row: Row) -> tuple[str, ...]:
    if row.void:
        return (row.name, f"void: {row.void}", *[""] * 7)
    cells = []
    for stage in SPEED:
        cells += [_number(row.per_second.get(stage)), _ratio(row.faster.get(stage))]
    cells += [_number(row.processor.get("16")), _ratio(row.dearer.get("16"))]
    return (row.name, *cells)


_QUIET_HEADS = (
    "contender",
    *("1 connection: p50", "p99", "p99.9"),
    *("half load: p50", "p99", "p99.9", "cores"),
    *("MiB", "start, s"),
)


def _quiet(row: Row, results: Results) -> tuple[str, ...]:
    if row.void:
        return (row.name, "void", *[""] * 8)
    server = SERVERS[row.name]
    memory, start = results.memory.get(server), results.starts.get(server)
    return (
        row.name,
        *_times(row.latency.get("1")),
        *_times(row.latency.get(HALF)),
        _cores(row, HALF),
        _memory(memory),
        f"{start:.2f}" if start else DASH,
    )


def _cores(row: Row, stage: str) -> str:
    if stage not in row.per_second:
        return DASH
    each = row.processor[stage], row.generator[stage]
    return " + ".join(f"{us * row.per_second[stage] / 1e6:.2f}" for us in each)


def _memory(memory: Memory | None) -> str:
    if memory is None:
        return DASH
    grown = memory.after - memory.before
    return f"{memory.after:.0f} ({grown:+.1f} in {memory.requests:,})"


def _goals(results: Results) -> list[tuple[str, ...]]:
    rows: list[tuple[str, ...]] = []
    for goal in GOALS:
        figure, met = goal.figure(results), goal.met(results)
        rows.append(
            (
                goal.name,
                f"{'at least' if goal.at_least else 'at most'} {goal.bound:g}",
                DASH if figure is None else f"{figure:.2f}",
                {True: "met", False: "missed", None: "not measured"}[met],
            )
        )
    return rows


def _left_out(results: Results) -> list[str]:
    if not results.skipped:
        return []
    lines = [f"- {name}: {reason}" for name, reason in results.skipped.items()]
    return ["\n## Left out\n", *lines]


def _versions(results: Results) -> list[str]:
    return [
        f"- {server}: {', '.join(f'{name} {number}' for name, number in found.items())}"
        for server, found in results.versions.items()
        if found
    ]


def _table(heads: tuple[str, ...], rows: list[tuple[str, ...]]) -> list[str]:
    lines = [heads, ("---", *["---:"] * (len(heads) - 1)), *rows]
    return [f"| {' | '.join(cells)} |" for cells in lines]


def _times(latency: Latency | None) -> tuple[str, str, str]:
    if latency is None:
        return DASH, DASH, DASH
    values = (latency.p50, latency.p99, latency.p999)
    p50, p99, p999 = (DASH if v is None else f"{v / 1000:.2f}" for v in values)
    return p50, p99, p999


def _number(value: float | None) -> str:
    return DASH if value is None else f"{value:,.0f}"


def _ratio(ratio: Ratio | None) -> str:
    if ratio is None:
        return DASH
    return f"{ratio.median:.2f} ({ratio.low:.2f}..{ratio.high:.2f})"
