# SPDX-License-Identifier: Apache-2.0
# Libraries, headers, and the ways to find them: find_package(kazoo) and pkg-config. The COMPONENTs
# are the Debian packages (KazooPackages.cmake): libkazoo has the shared library, libkazoo-dev what
# programs are compiled with; libkazoo-uv and libkazoo-uv-dev are the same for the component uv.
include(CMakePackageConfigHelpers)
include(GNUInstallDirs)

set(kazoo_config_dir ${CMAKE_INSTALL_LIBDIR}/cmake/kazoo)

function(kazoo_install_library target package export)
    install(TARGETS ${target} EXPORT ${export}
        RUNTIME COMPONENT ${package}
        LIBRARY COMPONENT ${package} NAMELINK_COMPONENT ${package}-dev
        ARCHIVE COMPONENT ${package}-dev)
    install(EXPORT ${export} NAMESPACE kazoo:: DESTINATION ${kazoo_config_dir}
        COMPONENT ${package}-dev)
endfunction()

kazoo_install_library(kazoo libkazoo kazooTargets)
install(DIRECTORY ${PROJECT_SOURCE_DIR}/include/kazoo DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
        COMPONENT libkazoo-dev)

get_property(kazoo_components GLOBAL PROPERTY KAZOO_COMPONENTS)
configure_package_config_file(
    ${CMAKE_CURRENT_LIST_DIR}/kazooConfig.cmake.in ${PROJECT_BINARY_DIR}/kazooConfig.cmake
    INSTALL_DESTINATION ${kazoo_config_dir})
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/kazooConfigVersion.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/kazooConfig.cmake
              ${PROJECT_BINARY_DIR}/kazooConfigVersion.cmake
        DESTINATION ${kazoo_config_dir} COMPONENT libkazoo-dev)

# Relative, so that `cmake --install --prefix` and a moved tree stay right.
if(IS_ABSOLUTE ${CMAKE_INSTALL_LIBDIR})
    set(kazoo_pc_prefix ${CMAKE_INSTALL_PREFIX})
else()
    file(RELATIVE_PATH kazoo_pc_up /prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig /prefix)
    string(REGEX REPLACE "/$" "" kazoo_pc_up ${kazoo_pc_up})
    set(kazoo_pc_prefix "\${pcfiledir}/${kazoo_pc_up}")
endif()
# A static library brings its dependencies to everybody's link line.
get_target_property(kazoo_type kazoo TYPE)
set(kazoo_pc_requires Requires)
if(kazoo_type STREQUAL "SHARED_LIBRARY")
    set(kazoo_pc_requires Requires.private)
endif()
configure_file(${CMAKE_CURRENT_LIST_DIR}/kazoo.pc.in ${PROJECT_BINARY_DIR}/kazoo.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/kazoo.pc DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
        COMPONENT libkazoo-dev)

# Each component has targets of its own, so that nobody needs what it links who does not ask for it.
function(kazoo_install_component component)
    set(package libkazoo-${component})
    kazoo_install_library(kazoo_${component} ${package} kazoo-${component}-targets)
    install(FILES ${PROJECT_SOURCE_DIR}/cmake/components/${component}.cmake
            DESTINATION ${kazoo_config_dir} RENAME kazoo-${component}.cmake
            COMPONENT ${package}-dev)
    get_target_property(modules kazoo_${component} KAZOO_PC_REQUIRES)
    get_target_property(flags kazoo_${component} KAZOO_PC_LIBS)
    list(JOIN flags " " flags)
    # Programs call these libraries themselves, also where kazoo is shared.
    set(modules "kazoo = ${PROJECT_VERSION}" ${modules})
    list(JOIN modules ", " modules)
    set(description ${PROJECT_BINARY_DIR}/kazoo-${component}.pc)
    configure_file(${PROJECT_SOURCE_DIR}/cmake/kazoo-component.pc.in ${description} @ONLY)
    install(FILES ${description} DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig
            COMPONENT ${package}-dev)
endfunction()
foreach(component IN LISTS kazoo_components)
    kazoo_install_component(${component})
endforeach()

# Debian has a copy of the licence, to which the copyright files of the packages refer.
install(FILES ${PROJECT_SOURCE_DIR}/LICENSE DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT license)
