#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The YAML files of .github are well-formed, and the workflows call make targets that exist.

Without PyYAML (Debian: python3-yaml) what follows from the lines alone is checked, and the rest is
not. actionlint, if it is installed, checks the workflows as well, with shellcheck their commands.
"""

import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import sources
from sources import Problem

try:
    import yaml
except ImportError:
    yaml = None

FOLDER = ".github"
LINTER = shutil.which("actionlint")
FIELD_TYPES = {"markdown", "textarea", "input", "dropdown", "checkboxes"}


def problems_of_lines(text):
    for number, line in enumerate(text.split("\n"), 1):
        if "\t" in line:
            yield number, "a tab"
        indent = len(line) - len(line.lstrip(" "))
        if indent % 2:
            yield number, "the indentation is not a multiple of two"
        if line.rstrip() != line:
            yield number, "blanks at the end of the line"
        if line.count("${{") != line.count("}}"):
            yield number, "an expression is not closed"


def make_targets(root):
    text = (root / "Makefile").read_text().replace("\\\n", " ")
    phony = re.search(r"^\.PHONY:(.*)$", text, re.M)
    return set(phony.group(1).split())


def problems_of_calls(root, text):
    for number, line in enumerate(text.split("\n"), 1):
        match = re.match(r"\s+(?:run: )?make ([a-z$][\w-]*)$", line)
        if match and match.group(1) not in make_targets(root):
            yield number, f"there is no make target {match.group(1)}"


def problems_of_workflow(workflow):
    # PyYAML reads the key `on` as the truth value.
    if not isinstance(workflow, dict) or not {"name", "jobs", "permissions"} <= set(workflow):
        yield "a workflow has name, on, permissions and jobs"
        return
    if True not in workflow and "on" not in workflow:
        yield "it is never started: there is no 'on'"
    for name, job in workflow["jobs"].items():
        if not {"runs-on", "steps", "timeout-minutes"} <= set(job):
            yield f"the job {name} has not all of runs-on, timeout-minutes and steps"
        for step in job.get("steps", ()):
            if ("run" in step) == ("uses" in step):
                yield f"a step of {name} has not exactly one of run and uses"
            if "uses" in step and not re.fullmatch(r"[\w/-]+@v\d+", step["uses"]):
                yield f"a step of {name} uses no fixed version: {step['uses']}"


def problems_of_form(form):
    """A form for issues."""
    if not isinstance(form, dict) or not {"name", "description", "body"} <= set(form):
        yield "a form has name, description and body"
        return
    names = [field["id"] for field in form["body"] if "id" in field]
    if len(names) != len(set(names)):
        yield f"two fields have one id: {names}"
    for field in form["body"]:
        kind, attributes = field.get("type"), field.get("attributes", {})
        if kind not in FIELD_TYPES:
            yield f"there is no type of field {kind}"
        elif kind == "markdown" and "value" not in attributes:
            yield "a text has no value"
        elif kind != "markdown" and not ("id" in field and "label" in attributes):
            yield "a field has no id or no label"
        elif kind == "dropdown" and not attributes.get("options"):
            yield f"the field {field['id']} has no options"


def problems_of_file(root, name):
    text = (root / name).read_text()
    yield from problems_of_lines(text)
    if "/workflows/" in name:
        yield from problems_of_calls(root, text)
    if yaml is None:
        return
    try:
        value = yaml.safe_load(text)
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        yield (mark.line + 1 if mark else 1), f"this is no YAML: {error}"
        return
    find = None
    if "/workflows/" in name:
        find = problems_of_workflow
    elif "/ISSUE_TEMPLATE/" in name and not name.endswith("/config.yml"):
        find = problems_of_form
    for text in find(value) if find else ():
        yield 1, text


def problems_of_linter(root, names):
    """What actionlint finds. It looks for files itself only in a Git repository."""
    if LINTER is None or not names:
        return []
    done = subprocess.run([LINTER, "-oneline", "-no-color", *names], cwd=root,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode == 0:
        return []
    lines = [re.fullmatch(r"(\S+?):(\d+):\d+: (.*)", line) for line in done.stdout.splitlines()]
    found = [Problem(line[1], int(line[2]), f"actionlint: {line[3]}") for line in lines if line]
    return found or [Problem(FOLDER, 1, f"actionlint fails: {done.stdout}")]


def check(root=sources.ROOT):
    names = sorted(path.relative_to(root).as_posix() for path in (root / FOLDER).rglob("*.yml"))
    found = []
    for name in names:
        found += [Problem(name, line, text) for line, text in problems_of_file(root, name)]
    if not any("/workflows/" in name for name in names):
        found.append(Problem(FOLDER, 1, "there are no workflows"))
    return found + problems_of_linter(root, [name for name in names if "/workflows/" in name])


def self_test():
    """Each change of a copy of the real files must be noticed, in that file."""
    workflow, form = f"{FOLDER}/workflows/ci.yml", f"{FOLDER}/ISSUE_TEMPLATE/bug.yml"
    of_lines = (
        (workflow, "    runs-on", "\truns-on"),
        (workflow, "    runs-on", "     runs-on"),
        (workflow, "run: make test", "run: make tests"),
        (workflow, "github.ref }}", "github.ref"),
    )
    of_values = (
        (workflow, "jobs:", "jobs: ["),
        (workflow, "    runs-on:", "    runs:"),
        (workflow, "permissions:", "rights:"),
        (workflow, "\non:", "\nif:"),
        (workflow, "@v4", ""),
        (workflow, "run: make", "make"),
        (form, "type: input", "type: line"),
        (form, "id: version", "id: log"),
        (form, "      options:", "      choices:"),
        (form, "body:", "fields:"),
        (form, "label: Handler", "text: Handler"),
    )
    of_linter = (
        (workflow, "github.ref }}", "github.reference }}"),
        (workflow, "branches: [main]", "branch: [main]"),
    )
    changes = of_lines + (of_values if yaml else ()) + (of_linter if LINTER else ())
    for name, before, after in changes:
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            shutil.copytree(sources.ROOT / FOLDER, root / FOLDER)
            shutil.copy(sources.ROOT / "Makefile", root / "Makefile")
            path = root / name
            text = path.read_text()
            assert before in text, (name, before)
            path.write_text(text.replace(before, after))
            found = {problem.path for problem in check(root)}
            assert name in found, (name, before, found)


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
