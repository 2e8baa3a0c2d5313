# SPDX-License-Identifier: Apache-2.0
"""Runs every form of forms.def in programs of several optimisations: which of them a compiler can
be trusted with. Safe forms work in every program. What the guide calls broken has to fail with
g++ 12 in at least one way, or the guide warns of what is no longer so.

    check_forms.py <broken: yes or no> <program>..."""

import subprocess
import sys

TYPES = ("ours", "asio")
TIMES = ("now", "later")
LIMIT = 20


def works(program, *arguments):
    try:
        outcome = subprocess.run(
            [program, *arguments], capture_output=True, timeout=LIMIT, check=False
        )
    except subprocess.TimeoutExpired:
        return False
    return outcome.returncode == 0


def main(expects_broken, programs):
    listed = subprocess.run([programs[0]], capture_output=True, text=True, check=True).stdout
    problems = []
    for line in listed.splitlines():
        form, kind = line.split()
        ways = [(p, kind_of, form, time) for p in programs for kind_of in TYPES for time in TIMES]
        failed = [way for way in ways if not works(*way)]
        print(f"{form:40} {kind:7} fails in {len(failed)} of {len(ways)}")
        if kind == "safe":
            problems += [f"{' '.join(way)}: does not work" for way in failed]
        elif expects_broken and not failed:
            problems.append(f"{form}: works with this compiler; update the guide and the README")
    print("\n".join(problems))
    return 1 if problems or not listed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] == "yes", sys.argv[2:]))
