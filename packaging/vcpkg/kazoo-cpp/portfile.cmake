# SPDX-License-Identifier: Apache-2.0
# Builds the tree that contains this port: use it as an overlay port. A port of a registry fetches a
# release instead; scripts/release prints the call of vcpkg_from_github that replaces this line.
get_filename_component(SOURCE_PATH "${CURRENT_PORT_DIR}/../../.." ABSOLUTE)

vcpkg_check_features(OUT_FEATURE_OPTIONS FEATURE_OPTIONS
    FEATURES
        fiber       KAZOO_WITH_FIBER
        prometheus  KAZOO_WITH_PROMETHEUS
        sasl        KAZOO_WITH_SASL
        srv         KAZOO_WITH_SRV
        tools       KAZOO_BUILD_TOOLS
        uv          KAZOO_WITH_UV
)
# Some components are found by pkg-config.
vcpkg_find_acquire_program(PKGCONFIG)

vcpkg_cmake_configure(
    SOURCE_PATH "${SOURCE_PATH}"
    OPTIONS
        ${FEATURE_OPTIONS}
        -DKAZOO_BUILD_TESTS=OFF
        -DKAZOO_BUILD_EXAMPLES=OFF
        -DKAZOO_HARDENING=OFF
        -DKAZOO_LIBEDIT=OFF
        -DKAZOO_WERROR=OFF
        "-DPKG_CONFIG_EXECUTABLE=${PKGCONFIG}"
    MAYBE_UNUSED_VARIABLES
        KAZOO_LIBEDIT  # without the feature tools
)
vcpkg_cmake_install()
vcpkg_cmake_config_fixup(PACKAGE_NAME kazoo CONFIG_PATH lib/cmake/kazoo)
vcpkg_fixup_pkgconfig()
if("tools" IN_LIST FEATURES)
    vcpkg_copy_tools(TOOL_NAMES kazoo AUTO_CLEAN)
endif()

file(REMOVE_RECURSE
    "${CURRENT_PACKAGES_DIR}/debug/include"
    "${CURRENT_PACKAGES_DIR}/debug/share"
    "${CURRENT_PACKAGES_DIR}/share/doc"
)
file(INSTALL "${CMAKE_CURRENT_LIST_DIR}/usage" DESTINATION "${CURRENT_PACKAGES_DIR}/share/${PORT}")
vcpkg_install_copyright(FILE_LIST "${SOURCE_PATH}/LICENSE")
