// SPDX-License-Identifier: Apache-2.0
// Runs the tests with secured servers. Exit code 77: this machine lacks what all chosen suites
// need.
#include "secured_test.hpp"

#include <iostream>

namespace {

/// Leaves out the suites that cannot run here, and says why. Returns how many there are.
std::size_t leave_out_what_cannot_run() {
    std::string excluded;
    std::size_t count = 0;
    for (const auto& [suite, lacking] : kazoo::security_tests::all_needs()) {
        const auto reason = lacking();
        if (reason.empty()) continue;
        std::cout << "skipped: " << suite << ": " << reason << std::endl;
        excluded += (count++ == 0 ? "" : ":") + suite + ".*";
    }
    auto filter = GTEST_FLAG_GET(filter);
    if (count > 0) {
        filter += (filter.find('-') == std::string::npos ? "-" : ":") + excluded;
        GTEST_FLAG_SET(filter, filter);
    }
    return count;
}

}  // namespace

int main(int argc, char** argv) {
    constexpr int skipped = 77;
    ::testing::InitGoogleMock(&argc, argv);
    if (GTEST_FLAG_GET(list_tests)) return RUN_ALL_TESTS();
    const bool is_complete = leave_out_what_cannot_run() == 0;
    if (const int result = RUN_ALL_TESTS(); result != 0) return result;
    const bool ran_none = ::testing::UnitTest::GetInstance()->test_to_run_count() == 0;
    return ran_none && !is_complete ? skipped : 0;
}
