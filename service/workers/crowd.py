"""How many connections each worker of one server holds, for the others to see.

In memory that forked processes share: no files, nothing to clean up, and nobody waits
for anybody. What a worker makes of it, and which row is whose, is left to others.
"""

import mmap

from service.counting.board import ROWS


class Crowd:
    """Rows that are empty, or tell the connections of the worker that has them.

    Make it before the first fork.
    """

    def __init__(self, rows: int = ROWS) -> None:
        # One more than there are connections, so that 0 is nobody.
        self._rows = memoryview(mmap.mmap(-1, rows * 8)).cast("q")

    def tell(self, row: int, connections: int) -> None:
        """Let the others know how many connections the worker in a row holds."""
        self._rows[row] = connections + 1

    def leave(self, row: int) -> None:
        """Be nobody: the worker stops, or has ended."""
        self._rows[row] = 0

    def others(self, row: int) -> list[int]:
        """The connections of each worker but the one in that row, in any order."""
        return [held - 1 for at, held in enumerate(self._rows) if held and at != row]
