// SPDX-License-Identifier: Apache-2.0
#include <kazoo/version.hpp>

#include <gtest/gtest.h>

#include <string>

namespace {

TEST(LibraryVersion, TextAndNumbersAgree) {
    EXPECT_EQ(
        kazoo::library_version,
        std::to_string(kazoo::library_version_major) + "." +
            std::to_string(kazoo::library_version_minor) + "." +
            std::to_string(kazoo::library_version_patch)
    );
}

}  // namespace
