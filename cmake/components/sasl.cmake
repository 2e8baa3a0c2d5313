# SPDX-License-Identifier: Apache-2.0
# What kazoo::sasl links: Cyrus SASL as PkgConfig::SASL, if it is there.
set(kazoo_sasl_targets PkgConfig::SASL)
set(kazoo_sasl_needs "Cyrus SASL 2.1 and pkg-config (Debian: libsasl2-dev, pkg-config)")
find_package(PkgConfig QUIET)
if(PKG_CONFIG_FOUND AND NOT TARGET PkgConfig::SASL)
    pkg_check_modules(SASL QUIET IMPORTED_TARGET libsasl2>=2.1.22)
endif()
