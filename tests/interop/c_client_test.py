#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""ZooKeeper's C client (libzookeeper-mt-dev) against the embedded server."""

import subprocess
import sys

import served

LIMIT_S = 90


def main():
    arguments = served.parse(__doc__, "--program")
    if arguments.program is None:
        served.skip("libzookeeper-mt-dev is not installed")
    with served.served(arguments.tool) as hosts:
        return subprocess.run([arguments.program, hosts], timeout=LIMIT_S, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
