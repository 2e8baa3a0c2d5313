#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""All tests of recipes together with other clients, on one Apache ZooKeeper."""

import sys

import served
import python_kazoo_barriers_test
import python_kazoo_interlock_test
import python_kazoo_layouts_test
import python_kazoo_partitions_test
import python_kazoo_recipes_test
import recipe_case

MODULES = (
    python_kazoo_barriers_test, python_kazoo_interlock_test, python_kazoo_layouts_test,
    python_kazoo_partitions_test, python_kazoo_recipes_test,
)


def main():
    arguments = served.parse(__doc__, "--program")
    with served.apache() as hosts:
        cases = [case for module in MODULES for case in module.CASES]
        return recipe_case.run(hosts, arguments.program, *cases)


if __name__ == "__main__":
    sys.exit(main())
