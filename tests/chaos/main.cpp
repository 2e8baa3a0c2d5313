// SPDX-License-Identifier: Apache-2.0
// Runs an Apache ZooKeeper ensemble and clients over an unreliable network, and checks everything
// the clients have seen against the servers' transaction logs.
#include "contend.hpp"
#include "isolation.hpp"
#include "options.hpp"
#include "run.hpp"

#include <cstdio>
#include <exception>
#include <random>

int main(int argc, char** argv) {
    using namespace kazoo::chaos;
    if (argc > 1 && argv[1] == contend_word) return contend(argc - 1, argv + 1);
    constexpr int skipped = 77;
    Options options;
    if (const auto wrong = read_options(argc, argv, options); !wrong.empty()) {
        std::fprintf(stderr, "%s\n%s", wrong.c_str(), usage);
        return 2;
    }
    if (const auto lacking = acquire_network_rights(); !lacking.empty()) {
        std::printf("skipped: %s\n", lacking.c_str());
        return skipped;
    }
    if (options.seed == 0) options.seed = std::random_device()();
    std::printf("seed %llu\n", static_cast<unsigned long long>(options.seed));
    try {
        Run run(options);
        switch (run.run()) {
            case Run::Result::good:
                return 0;
            case Run::Result::bad:
                return 1;
            case Run::Result::void_:
                return skipped;
        }
        return 1;
    } catch (const std::exception& error) {
        std::printf("%s\n", error.what());
        return 1;
    }
}
