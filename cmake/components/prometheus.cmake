# SPDX-License-Identifier: Apache-2.0
# What kazoo::prometheus links: prometheus-cpp's core as PkgConfig::PROMETHEUS, if it is there. Its
# CMake package is not used, because that needs the libraries of the parts that serve HTTP, too.
set(kazoo_prometheus_targets PkgConfig::PROMETHEUS)
set(kazoo_prometheus_needs
    "prometheus-cpp 1.x and pkg-config (Debian: prometheus-cpp-dev, pkg-config)")
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::PROMETHEUS)
    pkg_check_modules(PROMETHEUS QUIET IMPORTED_TARGET prometheus-cpp-core)
endif()
