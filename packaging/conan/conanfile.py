# SPDX-License-Identifier: Apache-2.0
"""Recipe for Conan 2. `conan create packaging/conan` builds the tree that contains it."""

import os
import re

from conan import ConanFile
from conan.tools.build import check_min_cppstd
from conan.tools.cmake import CMake, CMakeDeps, CMakeToolchain, cmake_layout
from conan.tools.files import copy, load, rmdir
from conan.tools.gnu import PkgConfigDeps

required_conan_version = ">=2.8"

# Name of the component: the package that it needs, with a range of versions; the component of that
# package which it links; and the libraries of the system that stand for it where the profile takes
# the package from the system (platform_requires).
COMPONENTS = {
    "fiber": ("boost/[>=1.81 <2]", "boost::fiber", ["boost_fiber", "boost_context"]),
    "prometheus": (
        "prometheus-cpp/[>=1.0 <2]",
        "prometheus-cpp::prometheus-cpp-core",
        ["prometheus-cpp-core"],
    ),
    "sasl": ("cyrus-sasl/[>=2.1.22 <3]", "cyrus-sasl::cyrus-sasl", ["sasl2"]),
    "srv": ("c-ares/[>=1.16 <2]", "c-ares::cares", ["cares"]),
    "uv": ("libuv/[>=1.44 <2]", "libuv::libuv", ["uv"]),
}


class KazooConan(ConanFile):
    name = "kazoo-cpp"
    description = "An asynchronous ZooKeeper client for C++20"
    license = "Apache-2.0"
    topics = ("zookeeper", "client", "asynchronous", "coroutines", "asio")
    package_type = "library"
    settings = "os", "arch", "compiler", "build_type"
    options = {
        "shared": [True, False],
        "fPIC": [True, False],
        "tools": [True, False],
        **{f"with_{component}": [True, False] for component in COMPONENTS},
    }
    default_options = {
        "shared": False,
        "fPIC": True,
        "tools": False,
        **{f"with_{component}": False for component in COMPONENTS},
    }
    implements = ["auto_shared_fpic"]

    def _components(self):
        return [name for name in COMPONENTS if self.options.get_safe(f"with_{name}")]

    def set_version(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        project = load(self, os.path.join(root, "CMakeLists.txt"))
        self.version = re.search(r"project\(kazoo VERSION ([\d.]+)", project).group(1)

    def export_sources(self):
        root = os.path.join(self.recipe_folder, "..", "..")
        for pattern in ("CMakeLists.txt", "LICENSE", "cmake/*", "include/*", "src/*", "tools/*"):
            copy(self, pattern, root, self.export_sources_folder)

    def layout(self):
        cmake_layout(self)

    def requirements(self):
        self.requires("boost/[>=1.81 <2]", transitive_headers=True)
        self.requires("openssl/[>=3 <4]")
        self.requires("nlohmann_json/[>=3.9 <4]", visible=False, libs=False)
        if self.options.tools:
            self.requires("cli11/[>=2.1 <3]", visible=False, libs=False)
        for component in self._components():
            package = COMPONENTS[component][0]
            if not package.startswith("boost/"):
                self.requires(package, transitive_headers=True)

    def build_requirements(self):
        self.tool_requires("cmake/[>=3.22]")
        if self._components() and not self.conf.get("tools.gnu:pkg_config", check_type=str):
            self.tool_requires("pkgconf/[>=1.8 <3]")

    def validate(self):
        check_min_cppstd(self, 20)

    def generate(self):
        toolchain = CMakeToolchain(self)
        cache = toolchain.cache_variables
        cache["KAZOO_BUILD_TESTS"] = False
        cache["KAZOO_BUILD_EXAMPLES"] = False
        cache["KAZOO_BUILD_TOOLS"] = bool(self.options.tools)
        cache["KAZOO_LIBEDIT"] = "OFF"
        cache["KAZOO_HARDENING"] = False
        cache["KAZOO_WERROR"] = False
        for component in COMPONENTS:
            built = component in self._components()
            cache[f"KAZOO_WITH_{component.upper()}"] = "ON" if built else "OFF"
        toolchain.generate()
        CMakeDeps(self).generate()
        modules = PkgConfigDeps(self)
        # As upstream and the distributions name it, also for the static library.
        modules.set_property("libuv", "pkg_config_name", "libuv")
        modules.generate()

    def build(self):
        cmake = CMake(self)
        cmake.configure()
        cmake.build()

    def package(self):
        copy(self, "LICENSE", self.source_folder, os.path.join(self.package_folder, "licenses"))
        CMake(self).install()
        rmdir(self, os.path.join(self.package_folder, "lib", "cmake"))
        rmdir(self, os.path.join(self.package_folder, "lib", "pkgconfig"))
        rmdir(self, os.path.join(self.package_folder, "share", "doc"))

    def _link(self, component, required, system_libraries):
        """A package from the system is no dependency that a component can name."""
        packages = {dependency.ref.name for dependency in self.dependencies.host.values()}
        if required.partition("::")[0] in packages:
            component.requires.append(required)
        else:
            component.system_libs += system_libraries

    def package_info(self):
        self.cpp_info.set_property("cmake_file_name", "kazoo")
        library = self.cpp_info.components["kazoo"]
        library.libs = ["kazoo"]
        library.set_property("cmake_target_name", "kazoo::kazoo")
        library.set_property("pkg_config_name", "kazoo")
        self._link(library, "boost::headers", [])
        self._link(library, "openssl::ssl", ["ssl"])
        self._link(library, "openssl::crypto", ["crypto"])
        if self.settings.os in ("Linux", "FreeBSD"):
            library.system_libs.append("pthread")
        for name in self._components():
            component = self.cpp_info.components[name]
            component.libs = [f"kazoo_{name}"]
            component.set_property("cmake_target_name", f"kazoo::{name}")
            component.set_property("pkg_config_name", f"kazoo-{name}")
            component.requires = ["kazoo"]
            self._link(component, *COMPONENTS[name][1:])
