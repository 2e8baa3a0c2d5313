# SPDX-License-Identifier: Apache-2.0
# kazoo_layer(<name> SOURCES <file>... [DEPENDS <layer>...] [LINKS <library>...])
#
# Declares the static library kazoo_<name> of the layer src/<name>, or of a part of a layer, visible
# to the build tree only.
# DEPENDS names the layers it may use, LINKS what else it needs. A layer without sources yet becomes
# an interface library, so that the layers which depend on it can be declared.
function(kazoo_layer name)
    cmake_parse_arguments(PARSE_ARGV 1 layer "" "" "SOURCES;DEPENDS;LINKS")
    set(target kazoo_${name})
    list(TRANSFORM layer_DEPENDS PREPEND kazoo_)
    if(NOT layer_SOURCES)
        add_library(${target} INTERFACE)
        target_link_libraries(${target} INTERFACE ${layer_DEPENDS} ${layer_LINKS})
        return()
    endif()
    add_library(${target} STATIC ${layer_SOURCES})
    kazoo_compile_options(${target})
    target_compile_features(${target} PUBLIC cxx_std_20)
    target_include_directories(${target}
        PUBLIC ${PROJECT_SOURCE_DIR}/include
        PRIVATE ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} PUBLIC ${layer_DEPENDS} ${layer_LINKS})
    kazoo_hide(${target})
    kazoo_join_folders(${target} ${layer_SOURCES})
    if(Boost::headers IN_LIST layer_LINKS)
        kazoo_share_asio(${target})
    endif()
    # The product may end up in somebody's shared library.
    set_target_properties(${target} PROPERTIES POSITION_INDEPENDENT_CODE ON)
    set_property(GLOBAL APPEND PROPERTY KAZOO_LAYERS ${target})
    set_property(GLOBAL APPEND PROPERTY KAZOO_LINKS ${layer_LINKS})
endfunction()

# Makes the one library users link, kazoo::kazoo, out of all the layers' objects.
function(kazoo_product)
    get_property(layers GLOBAL PROPERTY KAZOO_LAYERS)
    get_property(links GLOBAL PROPERTY KAZOO_LINKS)
    # What public headers need reaches the user's compiler, the rest the linker only.
    set(public_links Boost::headers Threads::Threads)
    list(REMOVE_ITEM links ${public_links})
    list(REMOVE_DUPLICATES links)
    add_library(kazoo)
    add_library(kazoo::kazoo ALIAS kazoo)
    foreach(layer IN LISTS layers)
        target_sources(kazoo PRIVATE $<TARGET_OBJECTS:${layer}>)
    endforeach()
    target_compile_features(kazoo PUBLIC cxx_std_20)
    target_include_directories(kazoo PUBLIC
        $<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>
        $<INSTALL_INTERFACE:include>)
    target_link_libraries(kazoo PUBLIC ${public_links} PRIVATE ${links})
    kazoo_hide(kazoo)
    set_target_properties(kazoo PROPERTIES
        LINKER_LANGUAGE CXX
        VERSION ${PROJECT_VERSION}
        SOVERSION ${PROJECT_VERSION_MAJOR}.${PROJECT_VERSION_MINOR})
endfunction()
