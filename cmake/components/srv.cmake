# SPDX-License-Identifier: Apache-2.0
# What kazoo::srv links: c-ares as PkgConfig::CARES, if it is there.
set(kazoo_srv_targets PkgConfig::CARES)
set(kazoo_srv_needs "c-ares 1.16 or later and pkg-config (Debian: libc-ares-dev, pkg-config)")
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::CARES)
    pkg_check_modules(CARES QUIET IMPORTED_TARGET libcares>=1.16)
endif()
