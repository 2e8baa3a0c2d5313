// Simulates clients and servers, a seed at a time, and checks everything that they do.
#include "checks/remains.hpp"
#include "history/verdict.hpp"
#include "options.hpp"
#include "scenario.hpp"
#include "self_check.hpp"
#include "support/allocations/allocations.hpp"

#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <vector>

namespace {

using namespace kazoo::sim;

/// Twice, if memory is left: some is taken once and for all when something happens first.
ScenarioResult run_and_weigh(std::uint64_t seed, bool trace, Defect defect) {
    Verdict verdict;
    for (int run = 0; run < 2; ++run) {
        const auto before = kazoo::testing_support::live_allocations();
        auto result = run_scenario(seed, trace && run == 0, defect);
        const auto after = kazoo::testing_support::live_allocations();
        if (!result.faults.empty() || after == before) {
            return result;
        }
        if (run > 0) {
            check_memory(before, after, verdict);
            result.faults = verdict.faults();
            return result;
        }
    }
    return {};
}

bool run_seeds(const Options& options, Defect defect, std::uint64_t first, std::uint64_t step) {
    std::uint64_t calls = 0;
    std::uint64_t good_calls = 0;
    std::uint64_t events = 0;
    std::uint64_t hash = 0;
    std::uint64_t done = 0;
    bool good = true;
    for (auto i = first; i < options.seeds; i += step) {
        const auto seed = options.first_seed + i;
        const auto result = run_and_weigh(seed, options.trace, defect);
        calls += result.calls;
        good_calls += result.good_calls;
        events += result.events;
        hash = hash * 31 + result.hash;
        ++done;
        for (const auto& fault : result.faults) {
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), fault.c_str());
        }
        if (!result.faults.empty()) {
            std::printf(
                "again: make sim SEED=%llu TRACE=1\n", static_cast<unsigned long long>(seed)
            );
            std::fflush(stdout);
            good = false;
        }
    }
    std::printf(
        "%llu seeds, %llu calls (%llu of them good), %llu events, hash %016llx\n",
        static_cast<unsigned long long>(done),
        static_cast<unsigned long long>(calls),
        static_cast<unsigned long long>(good_calls),
        static_cast<unsigned long long>(events),
        static_cast<unsigned long long>(hash)
    );
    std::fflush(stdout);
    return good;
}

bool run_in_processes(const Options& options, Defect defect) {
    std::vector<pid_t> children;
    for (int job = 0; job < options.jobs; ++job) {
        std::fflush(stdout);
        const auto child = fork();
        if (child == 0) {
            const bool good = run_seeds(
                options,
                defect,
                static_cast<std::uint64_t>(job),
                static_cast<std::uint64_t>(options.jobs)
            );
            _exit(good ? 0 : 1);
        }
        if (child < 0) {
            std::perror("fork");
            return false;
        }
        children.push_back(child);
    }
    bool good = true;
    for (const auto child : children) {
        int status = 0;
        good = waitpid(child, &status, 0) == child && status == 0 && good;
    }
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const auto wrong = read_options(argc, argv, options);
    const auto defect = defect_of(options.defect);
    if (!wrong.empty() || !defect) {
        std::fprintf(stderr, "%s\n%s", wrong.c_str(), usage);
        return 2;
    }
    if (options.self_test) {
        return self_test() ? 0 : 1;
    }
    const bool good =
        options.jobs > 1 ? run_in_processes(options, *defect) : run_seeds(options, *defect, 0, 1);
    return good ? 0 : 1;
}
