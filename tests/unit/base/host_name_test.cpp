// SPDX-License-Identifier: Apache-2.0
#include <kazoo/detail/host_name.hpp>

#include <gtest/gtest.h>
#include <unistd.h>

#include <fstream>
#include <string>

namespace kazoo::detail {
namespace {

TEST(HostNameTest, IsThatOfTheSystem) {
    std::ifstream file("/proc/sys/kernel/hostname");
    std::string expected;
    ASSERT_TRUE(std::getline(file, expected));
    EXPECT_EQ(host_name(), expected);
    EXPECT_EQ(process_name(), expected + "-" + std::to_string(getpid()));
}

}  // namespace
}  // namespace kazoo::detail
