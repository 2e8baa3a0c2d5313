# SPDX-License-Identifier: Apache-2.0
# Read by CPack before it makes packages: adds what the libraries and programs link to the
# dependencies of their packages. CPack's own way to do this, CPACK_DEBIAN_PACKAGE_SHLIBDEPS, leaves
# out the libraries of this project, and adds maintainer scripts which call ldconfig; the packages
# have a trigger for that.
file(STRINGS ${CPACK_KAZOO_DIR}/elf.txt lines)
foreach(line IN LISTS lines)
    string(REGEX MATCH "^([^=]*)=(.*)$" line "${line}")
    set(component ${CMAKE_MATCH_1})
    set(file ${CMAKE_MATCH_2})
    string(TOUPPER CPACK_DEBIAN_${component}_PACKAGE_DEPENDS variable)
    string(REGEX MATCHALL "libkazoo[^ ]*" excluded "${${variable}}")
    list(TRANSFORM excluded PREPEND -x)
    # Runs where debian/shlibs.local names the packages of the project's own libraries.
    execute_process(COMMAND ${CPACK_KAZOO_DPKG_SHLIBDEPS} -O ${excluded} -e${file}
        WORKING_DIRECTORY ${CPACK_KAZOO_DIR} RESULT_VARIABLE status ERROR_VARIABLE said
        OUTPUT_VARIABLE found OUTPUT_STRIP_TRAILING_WHITESPACE)
    if(NOT status EQUAL 0)  # otherwise it says only that the files are not in a package yet
        message(FATAL_ERROR "dpkg-shlibdeps ${file}: ${said}")
    endif()
    string(REGEX REPLACE "^shlibs:Depends=" "" found "${found}")
    list(PREPEND found ${${variable}})
    list(JOIN found ", " ${variable})
endforeach()
