# SPDX-License-Identifier: Apache-2.0
# What kazoo::uv links: libuv as PkgConfig::LIBUV, if it is there.
set(kazoo_uv_targets PkgConfig::LIBUV)
set(kazoo_uv_needs "libuv 1.x and pkg-config (Debian: libuv1-dev, pkg-config)")
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::LIBUV)
    pkg_check_modules(LIBUV QUIET IMPORTED_TARGET libuv)
endif()
