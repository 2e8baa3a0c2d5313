# SPDX-License-Identifier: Apache-2.0
"""The groups of pages in the navigation of the site. Pages that no group names come last."""

import pages

GROUPS = [
    ("Guides", [
        "quick-start", "installing", "asynchronous-usage", "outcomes", "sessions", "transactions",
        "watches", "threads-fork-signals", "security", "sasl", "observability",
        "testing-your-application", "command-line", "faq",
    ]),
    ("Recipes", ["recipes", "locks", "elections", "leases-and-partitions", "service-discovery"]),
    ("Coming from another client", [
        "comparison", "features", "migration-from-kazoo", "migration-from-c",
        "migration-from-curator",
    ]),
    ("Tables", ["options", "metrics", "errors"]),
    ("Inside", [
        "core", "architecture", "wire-format", "performance", "how-it-is-tested", "compatibility",
        "pitfalls", "field-lessons",
    ]),
]
REST = "The project"


def groups(names):
    """(title, pages) of each group, of the pages with these names that exist."""
    by_stem = {name.removeprefix("docs/").removesuffix(".md"): name for name in names}
    by_stem.pop("README", None)  # the start page
    for title, stems in GROUPS:
        found = [by_stem.pop(stem) for stem in stems if stem in by_stem]
        if found:
            yield title, found
    if by_stem:
        yield REST, sorted(by_stem.values())


def dox(names):
    """The pages of the groups, as Doxygen reads them."""
    text = ""
    for title, found in groups(names):
        label = "group-" + title.lower().replace(" ", "-")
        entries = "\n".join(f"- \\subpage {pages.page_id(name)}" for name in found)
        text += f"/** \\page {label} {title}\n\n{entries}\n*/\n"
    return text
