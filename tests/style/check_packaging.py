#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The vcpkg port and the Conan recipe fit this tree: version, components, options and files.

vcpkg.json has the form that `vcpkg format-manifest` gives it. The public header and the changelog
have the version of CMakeLists.txt.
"""

import ast
import json
import pathlib
import re
import shutil
import sys
import tempfile

import sources
from sources import Problem

PORT = "packaging/vcpkg/kazoo-cpp"
RECIPE = "packaging/conan/conanfile.py"
TEST_RECIPE = "packaging/conan/test_package/conanfile.py"
CHANGELOG = "CHANGELOG.md"
HEADER = "include/kazoo/version.hpp"
# The order in which vcpkg writes the members of a manifest, of a feature and of a dependency.
MANIFEST_ORDER = (
    "name version port-version description homepage documentation license supports "
    "dependencies default-features features"
).split()
FEATURE_ORDER = "description supports dependencies".split()
DEPENDENCY_ORDER = "name host default-features features platform version>=".split()


def project_version(root):
    text = (root / "CMakeLists.txt").read_text()
    match = re.search(r"^project\(kazoo VERSION ([0-9]+\.[0-9]+\.[0-9]+)\b", text, re.M)
    if match is None:
        sys.exit("CMakeLists.txt has no project(kazoo VERSION x.y.z)")
    return match.group(1)


def components(root):
    return {path.stem for path in (root / "cmake" / "components").glob("*.cmake")}


def ordered(value, order):
    return list(value) == [key for key in order if key in value]


def dependency_name(dependency):
    return dependency if isinstance(dependency, str) else dependency["name"]


def problems_of_dependencies(dependencies):
    names = [dependency_name(dependency) for dependency in dependencies]
    if names != sorted(names):
        yield f"the dependencies are not sorted: {names}"
    for dependency in dependencies:
        if isinstance(dependency, dict) and not ordered(dependency, DEPENDENCY_ORDER):
            yield f"the members of the dependency {dependency['name']} are not in vcpkg's order"


def problems_of_manifest(root):
    text = (root / PORT / "vcpkg.json").read_text()
    manifest = json.loads(text)
    if text != json.dumps(manifest, indent=2, ensure_ascii=False) + "\n":
        yield "the layout is not that of vcpkg format-manifest"
    if not ordered(manifest, MANIFEST_ORDER):
        yield "the members are not in vcpkg's order, or one is not known"
    if manifest["name"] != pathlib.PurePath(PORT).name:
        yield "the name is not that of the folder"
    if manifest["version"] != project_version(root):
        yield f"the version is not that of CMakeLists.txt, {project_version(root)}"
    yield from problems_of_dependencies(manifest["dependencies"])
    features = manifest["features"]
    if list(features) != sorted(features):
        yield "the features are not sorted"
    if set(features) != components(root) | {"tools"}:
        yield f"the features are not the components of cmake/components and tools: {list(features)}"
    for feature in features.values():
        if not ordered(feature, FEATURE_ORDER):
            yield "the members of a feature are not in vcpkg's order"
        yield from problems_of_dependencies(feature["dependencies"])


def problems_of_portfile(root):
    text = re.sub(r"#[^\n]*", "", (root / PORT / "portfile.cmake").read_text())
    mapped = dict(re.findall(r"^\s+([a-z]+) +(KAZOO_[A-Z_]+)$", text, re.M))
    expected = {name: f"KAZOO_WITH_{name.upper()}" for name in components(root)}
    expected["tools"] = "KAZOO_BUILD_TOOLS"
    if mapped != expected:
        yield f"vcpkg_check_features maps {mapped}"
    yield from problems_of_options(root, re.findall(r"-D(KAZOO_[A-Z_]+)", text))
    above = root / PORT
    for steps in re.findall(r"CURRENT_PORT_DIR\}((?:/\.\.)+)\"", text):
        above = above.joinpath(*steps.strip("/").split("/"))
    if above.resolve() != root.resolve():
        yield "SOURCE_PATH is not the root of the tree"
    for folder, name in re.findall(r"\$\{(CMAKE_CURRENT_LIST_DIR|SOURCE_PATH)\}/(\w[\w./]*)", text):
        base = root / PORT if folder == "CMAKE_CURRENT_LIST_DIR" else root
        if not (base / name).exists():
            yield f"there is no {name}"


def problems_of_options(root, names):
    text = (root / "CMakeLists.txt").read_text()
    text += (root / "cmake" / "KazooHardening.cmake").read_text()
    for name in names:
        if f"option({name} " not in text:
            yield f"there is no option {name}"


def constant(tree, name):
    """The value of a constant of a module, or nothing if it is not one."""
    for node in tree.body:
        if isinstance(node, ast.Assign) and node.targets[0].id == name:
            return ast.literal_eval(node.value)
    return None


def problems_of_recipe(root):
    text = (root / RECIPE).read_text()
    tree = ast.parse(text, RECIPE)
    if set(constant(tree, "COMPONENTS") or ()) != components(root):
        yield "COMPONENTS are not those of cmake/components"
    yield from problems_of_options(root, re.findall(r'cache\["(KAZOO_[A-Z_]+)"\]', text))
    if 'project\\(kazoo VERSION ([\\d.]+)' not in text:
        yield "the version does not come from CMakeLists.txt"
    patterns = re.search(r"for pattern in \(([^)]*)\)", text)
    for pattern in re.findall(r'"([^"]+)"', patterns.group(1) if patterns else ""):
        if not any(root.glob(pattern)):
            yield f"there is no {pattern}"


def problems_of_test_recipe(root):
    tree = ast.parse((root / TEST_RECIPE).read_text(), TEST_RECIPE)
    tested = set(constant(tree, "COMPONENTS") or ())
    if tested != components(root):
        yield "COMPONENTS are not those of cmake/components"
    for name in {"main"} | tested:
        if not (root / "tests" / "consumer" / f"{name}.cpp").exists():
            yield f"there is no tests/consumer/{name}.cpp"


def problems_of_changelog(root):
    """A released version has a section; before that, there is one for what is unreleased."""
    text = (root / CHANGELOG).read_text()
    headings = re.findall(r"^## (.*)$", text, re.M)
    if not headings or not headings[0].startswith(("Unreleased", project_version(root))):
        yield f"the first section is neither Unreleased nor {project_version(root)}"


def problems_of_header(root):
    text = (root / HEADER).read_text()
    if f'library_version = "{project_version(root)}"' not in text:
        yield f"the version is not that of CMakeLists.txt, {project_version(root)}"


PARTS = {
    HEADER: problems_of_header,
    f"{PORT}/vcpkg.json": problems_of_manifest,
    f"{PORT}/portfile.cmake": problems_of_portfile,
    RECIPE: problems_of_recipe,
    TEST_RECIPE: problems_of_test_recipe,
    CHANGELOG: problems_of_changelog,
}


def check(root=sources.ROOT):
    return [Problem(name, 1, text) for name, find in PARTS.items() for text in find(root)]


def self_test():
    """Each change of a copy of the real files must be noticed, in the file that it makes wrong."""
    changes = (
        ("CMakeLists.txt", "kazoo VERSION ", "kazoo VERSION 9", f"{PORT}/vcpkg.json"),
        (f"{PORT}/vcpkg.json", '"openssl"', '"openssl3"', None),
        (f"{PORT}/vcpkg.json", '"openssl"', '"a"', f"{PORT}/vcpkg.json"),
        (f"{PORT}/vcpkg.json", "  ", "    ", f"{PORT}/vcpkg.json"),
        (f"{PORT}/vcpkg.json", '"license"', '"licence"', f"{PORT}/vcpkg.json"),
        (f"{PORT}/vcpkg.json", '"uv"', '"vv"', f"{PORT}/vcpkg.json"),
        (f"{PORT}/portfile.cmake", "KAZOO_WITH_UV", "KAZOO_WITH_VU", f"{PORT}/portfile.cmake"),
        (f"{PORT}/portfile.cmake", "-DKAZOO_WERROR", "-DKAZOO_ERROR", f"{PORT}/portfile.cmake"),
        (f"{PORT}/portfile.cmake", "/usage", "/uses", f"{PORT}/portfile.cmake"),
        (f"{PORT}/portfile.cmake", "/../../..", "/../..", f"{PORT}/portfile.cmake"),
        (HEADER, 'version = "', 'version = "1', HEADER),
        (RECIPE, '"uv":', '"vv":', RECIPE),
        (RECIPE, '"KAZOO_WERROR"', '"KAZOO_ERROR"', RECIPE),
        (RECIPE, '"src/*"', '"source/*"', RECIPE),
        (TEST_RECIPE, '"uv"', '"vv"', TEST_RECIPE),
        (CHANGELOG, "\n## ", "\n## Draft of ", CHANGELOG),
    )
    for name, before, after, place in changes:
        with tempfile.TemporaryDirectory() as directory:
            root = pathlib.Path(directory)
            for part in ("CMakeLists.txt", "LICENSE", CHANGELOG):
                shutil.copy(sources.ROOT / part, root / part)
            for part in ("cmake", "packaging", "tests/consumer"):
                shutil.copytree(sources.ROOT / part, root / part)
            for part in ("include/kazoo", "src/folder", "tools/folder"):
                (root / part).mkdir(parents=True)
            shutil.copy(sources.ROOT / HEADER, root / HEADER)
            path = root / name
            changed = path.read_text().replace(before, after)
            assert changed != path.read_text(), before
            path.write_text(changed)
            found = {problem.path for problem in check(root)}
            assert place in found if place else not found, (name, before, found)


if __name__ == "__main__":
    sys.exit(sources.main(check, self_test))
