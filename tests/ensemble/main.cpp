// SPDX-License-Identifier: Apache-2.0
// Runs the tests of ensembles. Exit code 77: this machine lacks something, or the servers have
// broken their guarantees.
#include "loaded_ensemble.hpp"

#include <gmock/gmock.h>

#include <iostream>

int main(int argc, char** argv) {
    using namespace kazoo::ensemble_tests;
    constexpr int skipped = 77;
    ::testing::InitGoogleMock(&argc, argv);
    const auto lacking = ApacheEnsemble::lacking();
    if (!lacking.empty() && !GTEST_FLAG_GET(list_tests)) {
        std::cout << "skipped: " << lacking << ", cannot run Apache ZooKeeper" << std::endl;
        return skipped;
    }
    if (const int result = RUN_ALL_TESTS(); result != 0) return result;
    return LoadedEnsemble::is_void() ? skipped : 0;
}
