# SPDX-License-Identifier: Apache-2.0
# Debian packages by CPack, of shared libraries: `make deb`, or the preset deb and then cpack.
#
# A library is in a package that is named after its SONAME (Debian Policy, 8.1), because programs
# depend on one SONAME: libkazoo.so.0.1 is in libkazoo0.1. Each minor version before 1.0 has a
# SONAME of its own, and both versions can be installed together. Each component has packages of its
# own, so that libuv, Boost.Fiber and so on are installed only where they are used.
find_program(KAZOO_DPKG_SHLIBDEPS dpkg-shlibdeps)
mark_as_advanced(KAZOO_DPKG_SHLIBDEPS)
if(NOT KAZOO_DPKG_SHLIBDEPS)
    message(STATUS "No Debian packages: dpkg-shlibdeps is missing (dpkg-dev)")
    return()
endif()
set(KAZOO_PACKAGE_MAINTAINER "Maintainers of kazoo for C++ <maintainers@kazoo.invalid>" CACHE STRING
    "Whom the packages name as their maintainer: Name <address>")
# Smaller than the revision of any package of a distribution.
set(KAZOO_PACKAGE_REVISION 0kazoo1 CACHE STRING "The Debian revision of the packages")

set(kazoo_soversion ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
set(kazoo_package_version ${PROJECT_VERSION}-${KAZOO_PACKAGE_REVISION})
set(kazoo_package_dir ${PROJECT_BINARY_DIR}/debian)
set(kazoo_boost ${Boost_VERSION_MAJOR}.${Boost_VERSION_MINOR})

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_CONTACT "${KAZOO_PACKAGE_MAINTAINER}")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "")  # each package has its own
set(CPACK_PACKAGE_DIRECTORY ${PROJECT_BINARY_DIR}/packages)
set(CPACK_PACKAGING_INSTALL_PREFIX /usr)
set(CPACK_STRIP_FILES ON)
set(CPACK_VERBATIM_VARIABLES ON)
set(CPACK_INSTALL_DEFAULT_DIRECTORY_PERMISSIONS
    OWNER_READ OWNER_WRITE OWNER_EXECUTE GROUP_READ GROUP_EXECUTE WORLD_READ WORLD_EXECUTE)
set(CPACK_COMPONENTS_GROUPING ONE_PER_GROUP)
set(CPACK_DEB_COMPONENT_INSTALL ON)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
set(CPACK_DEBIAN_COMPRESSION_TYPE xz)
set(CPACK_DEBIAN_PACKAGE_SOURCE kazoo-cpp)
set(CPACK_DEBIAN_PACKAGE_VERSION ${PROJECT_VERSION})
set(CPACK_DEBIAN_PACKAGE_RELEASE ${KAZOO_PACKAGE_REVISION})
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_PROJECT_CONFIG_FILE ${CMAKE_CURRENT_LIST_DIR}/debian/depends.cmake)
set(CPACK_PRE_BUILD_SCRIPTS ${CMAKE_CURRENT_LIST_DIR}/debian/finish.cmake)

string(TIMESTAMP kazoo_date "%a, %d %b %Y %H:%M:%S +0000" UTC)
string(TIMESTAMP kazoo_year "%Y" UTC)
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian/changelog.in ${kazoo_package_dir}/changelog.Debian)
configure_file(${CMAKE_CURRENT_LIST_DIR}/debian/copyright.in ${kazoo_package_dir}/copyright)
configure_file(${PROJECT_SOURCE_DIR}/CHANGELOG.md ${kazoo_package_dir}/changelog COPYONLY)

# kazoo_package(<component> <name> SECTION <section> MULTI_ARCH <value>
#               SUMMARY <text> TEXT <lines> DEPENDS <packages> [FILES <control file>...])
function(kazoo_package component name)
    cmake_parse_arguments(PARSE_ARGV 2 package "" "SECTION;MULTI_ARCH;SUMMARY;TEXT"
        "DEPENDS;FILES")
    string(TOUPPER CPACK_DEBIAN_${component} prefix)
    list(JOIN package_DEPENDS ", " depends)
    set(${prefix}_PACKAGE_NAME ${name} PARENT_SCOPE)
    # CPack has no variable for Multi-Arch before CMake 3.31: a second line of another field.
    set(${prefix}_PACKAGE_SECTION "${package_SECTION}\nMulti-Arch: ${package_MULTI_ARCH}"
        PARENT_SCOPE)
    set(${prefix}_PACKAGE_DEPENDS "${depends}" PARENT_SCOPE)
    set(${prefix}_PACKAGE_CONTROL_EXTRA "${package_FILES}" PARENT_SCOPE)
    set(${prefix}_DESCRIPTION "${package_SUMMARY}\n${package_TEXT}" PARENT_SCOPE)
    list(APPEND CPACK_COMPONENTS_ALL ${component})
    set(CPACK_COMPONENTS_ALL ${CPACK_COMPONENTS_ALL} PARENT_SCOPE)
    install(FILES ${kazoo_package_dir}/copyright ${kazoo_package_dir}/changelog.Debian
                  ${kazoo_package_dir}/changelog
            DESTINATION ${CMAKE_INSTALL_DATADIR}/doc/${name}
            COMPONENT ${component} EXCLUDE_FROM_ALL)
endfunction()

set(about [[
kazoo for C++ is an asynchronous client library for Apache ZooKeeper in C++20
with the API of Python's kazoo: connections, watches, transactions, and
recipes such as locks, elections, queues and leases.
]])

# kazoo_library_packages(<target> <component> SUMMARY <text> TEXT <lines>
#                        [DEV_DEPENDS <package>...])
# The package of a shared library, and the one for those who compile programs with it.
set(kazoo_shlibs "")
macro(kazoo_library_packages target component)
    cmake_parse_arguments(library "" "SUMMARY;TEXT" "DEV_DEPENDS" ${ARGN})
    set(name ${component}${kazoo_soversion})
    set(files ${kazoo_package_dir}/${component})
    set(shlibs "lib${target} ${kazoo_soversion} ${name} (>= ${PROJECT_VERSION})\n")
    string(APPEND kazoo_shlibs "${shlibs}")
    file(WRITE ${files}/shlibs "${shlibs}")
    file(WRITE ${files}/triggers "activate-noawait ldconfig\n")
    set(depends)
    set(dev_depends "${name} (= ${kazoo_package_version})")
    if(NOT "${component}" STREQUAL libkazoo)
        # Components use more of the library than it promises to programs.
        set(depends "libkazoo${kazoo_soversion} (= ${kazoo_package_version})")
        list(APPEND dev_depends "libkazoo-dev (= ${kazoo_package_version})")
    endif()
    kazoo_package(${component} ${name} SECTION libs MULTI_ARCH same
        SUMMARY "${library_SUMMARY}"
        TEXT "${about}\n${library_TEXT}\n\nThis package contains the shared library."
        DEPENDS ${depends} FILES ${files}/shlibs ${files}/triggers)
    kazoo_package(${component}-dev ${component}-dev SECTION libdevel MULTI_ARCH same
        SUMMARY "${library_SUMMARY} (development files)"
        TEXT "${about}\n${library_TEXT}\n\nThis package contains what programs are compiled with."
        DEPENDS ${dev_depends} ${library_DEV_DEPENDS})
    list(APPEND kazoo_elf "${component}=$<TARGET_FILE:${target}>")
endmacro()

set(kazoo_elf)
kazoo_library_packages(kazoo libkazoo
    SUMMARY "asynchronous ZooKeeper client for C++20"
    TEXT "The library also contains a ZooKeeper server for tests."
    DEV_DEPENDS libboost${kazoo_boost}-dev "libssl-dev (>= 3.0)")
set(kazoo_uv_package "ZooKeeper client for C++20, handler for libuv" libuv1-dev pkg-config)
set(kazoo_uv_text "This part runs callbacks on a loop of libuv.")
set(kazoo_fiber_package "ZooKeeper client for C++20, handler for Boost.Fiber"
    libboost-fiber${kazoo_boost}-dev)
set(kazoo_fiber_text "This part runs callbacks in fibers, and lets fibers wait for results.")
set(kazoo_prometheus_package "ZooKeeper client for C++20, exporter for Prometheus"
    prometheus-cpp-dev pkg-config)
set(kazoo_prometheus_text "This part collects the metrics of clients for Prometheus.")
set(kazoo_srv_package "ZooKeeper client for C++20, lookup of SRV records" libc-ares-dev pkg-config)
set(kazoo_srv_text "This part finds the servers by SRV records of the DNS.")
set(kazoo_sasl_package "ZooKeeper client for C++20, SASL mechanisms" libsasl2-dev pkg-config)
set(kazoo_sasl_text "This part authenticates with mechanisms of Cyrus SASL, such as Kerberos.")
foreach(name IN LISTS kazoo_components)
    list(POP_FRONT kazoo_${name}_package summary)
    kazoo_library_packages(kazoo_${name} libkazoo-${name} SUMMARY "${summary}"
        TEXT "${kazoo_${name}_text}" DEV_DEPENDS ${kazoo_${name}_package})
endforeach()
if(TARGET kazoo_tool)
    kazoo_package(kazoo-tools kazoo-tools SECTION utils MULTI_ARCH foreign
        SUMMARY "command line for ZooKeeper"
        TEXT "kazoo reads, changes and watches the nodes of a ZooKeeper server, copies and
dumps subtrees, and runs programs while a lock is held. It needs no Java
runtime. kazoo serve runs a ZooKeeper server for tests.")
    list(APPEND kazoo_elf "kazoo-tools=$<TARGET_FILE:kazoo_tool>")
    if(NOT TARGET kazoo_tool_pages)
        file(WRITE ${kazoo_package_dir}/kazoo-tools/kazoo-tools
            "# The tool writes its manual page itself, which it cannot if it is cross-compiled.\n"
            "kazoo-tools: no-manual-page *\n")
        install(FILES ${kazoo_package_dir}/kazoo-tools/kazoo-tools
            DESTINATION ${CMAKE_INSTALL_DATADIR}/lintian/overrides
            COMPONENT kazoo-tools EXCLUDE_FROM_ALL)
    endif()
endif()

# What cmake/debian/depends.cmake reads: the programs and libraries of the packages.
list(JOIN kazoo_elf "\n" kazoo_elf)
file(GENERATE OUTPUT ${kazoo_package_dir}/elf.txt CONTENT "${kazoo_elf}\n")
file(WRITE ${kazoo_package_dir}/debian/control "")
file(WRITE ${kazoo_package_dir}/debian/shlibs.local "${kazoo_shlibs}")
set(CPACK_KAZOO_DPKG_SHLIBDEPS ${KAZOO_DPKG_SHLIBDEPS})
set(CPACK_KAZOO_DIR ${kazoo_package_dir})
include(CPack)
