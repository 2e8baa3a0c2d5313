# SPDX-License-Identifier: Apache-2.0
"""Builds and runs one program for the library and one for each component of the package."""

import os

from conan import ConanFile
from conan.tools.build import can_run
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout

COMPONENTS = ("fiber", "prometheus", "sasl", "srv", "uv")


class KazooTestConan(ConanFile):
    settings = "os", "arch", "compiler", "build_type"
    test_type = "explicit"

    def requirements(self):
        self.requires(self.tested_reference_str)

    def layout(self):
        # Not among the sources of the repository.
        cmake_layout(self, build_folder=os.path.join("..", "..", "..", "build", "conan-test"))

    def _components(self):
        options = self.dependencies["kazoo-cpp"].options
        return [name for name in COMPONENTS if options.get_safe(f"with_{name}")]

    def generate(self):
        toolchain = CMakeToolchain(self)
        toolchain.user_presets_path = False
        toolchain.cache_variables["COMPONENTS"] = ",".join(self._components())
        toolchain.generate()
        CMakeDeps(self).generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def test(self):
        if can_run(self):
            for program in ["main", *self._components()]:
                path = os.path.join(self.cpp.build.bindir, f"test_{program}")
                self.run(path, env="conanrun")
