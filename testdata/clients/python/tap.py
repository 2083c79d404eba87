"""Runs the cases of a suite and prints the Test Anything Protocol."""

import sys
import traceback
from collections.abc import Callable
from typing import Any


class Suite:
    """Prints "ok 1 - name" or "not ok 1 - name" with the reason, in the end "1..N"."""

    def __init__(self) -> None:
        self.ran = 0
        self.failed = 0

    def case(self, name: str) -> Callable[[Callable[[], None]], None]:
        """Decorates a function that is a case and runs it at once."""

        def run(body: Callable[[], None]) -> None:
            self.ran += 1
            try:
                body()
            except Exception:
                self.failed += 1
                why = traceback.format_exc().strip().replace("\n", "\n# ")
                print(f"not ok {self.ran} - {name}\n# {why}")
            else:
                print(f"ok {self.ran} - {name}")

        return run

    def done(self) -> None:
        """Prints the plan and ends the process, with code 1 if a case failed."""
        print(f"1..{self.ran}")
        sys.exit(1 if self.failed else 0)


def equal(got: Any, want: Any) -> None:
    if got != want:
        raise AssertionError(f"got  {got!r}\nwant {want!r}")
