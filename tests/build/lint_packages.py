#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs lintian on Debian packages: it must find neither errors nor warnings.

    lint_packages.py DIRECTORY_OF_PACKAGES
"""

import pathlib
import re
import shutil
import subprocess
import sys

SKIPPED = 77


def main(directory):
    packages = sorted(pathlib.Path(directory).glob("*.deb"))
    if not packages or not shutil.which("lintian"):
        print("skipped:", "lintian is missing" if packages else "there are no packages")
        return SKIPPED
    # Its own exit code would also count what an override permits.
    command = ["lintian", "--allow-root", "--fail-on", "none", "--show-overrides",
               "--tag-display-limit", "0", *packages]
    result = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    print(result.stdout, f"{len(packages)} packages", sep="")
    # A package that it cannot read at all is not an error to lintian.
    return result.returncode or bool(re.search(r"^(E: |W: |Skipping )", result.stdout, re.M))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
