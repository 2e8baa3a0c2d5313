// SPDX-License-Identifier: Apache-2.0
// Simulates clients and servers, one seed after the other, and checks everything they do.
#include "checks/leak_check.hpp"
#include "history/verdict.hpp"
#include "options.hpp"
#include "scenario.hpp"
#include "self_check.hpp"
#include "support/allocations/allocations.hpp"

#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdio>
#include <memory>
#include <span>
#include <string>
#include <vector>

namespace {

using namespace kazoo::sim;

/// Runs a seed again if allocations remain: what is allocated once per process remains only after
/// the first run.
ScenarioResult run_and_check_memory(std::uint64_t seed, ScenarioOptions options) {
    Verdict verdict;
    for (int run = 0; run < 2; ++run) {
        const auto before = kazoo::testing_support::live_allocations();
        auto result = run_scenario(seed, options);
        options.trace = false;
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

/// The result of one process. The hash combines those of all traces and does not depend on their
/// order.
struct Report {
    Tally tally;
    std::uint64_t hash = 0;
    bool good = true;
};

void run_seeds(const Options& options, const ScenarioOptions& scenario, int job, Report& report) {
    const auto step = static_cast<std::uint64_t>(options.jobs);
    for (auto i = static_cast<std::uint64_t>(job); i < options.seeds; i += step) {
        const auto seed = options.first_seed + i;
        const auto result = run_and_check_memory(seed, scenario);
        report.tally.add(result.tally);
        report.hash += result.hash * (2 * seed + 1);
        for (const auto& fault : result.faults) {
            std::printf("seed %llu: %s\n", static_cast<unsigned long long>(seed), fault.c_str());
        }
        if (!result.faults.empty()) {
            const auto recipe = options.recipe.empty() ? "" : " RECIPE=" + options.recipe;
            std::printf(
                "reproduce: make sim SEED=%llu TRACE=1%s\n",
                static_cast<unsigned long long>(seed),
                recipe.c_str()
            );
            std::fflush(stdout);
            report.good = false;
        }
    }
}

/// Runs each job in a process of its own; returns false if one of them did not finish.
bool run_in_processes(
    const Options& options, const ScenarioOptions& scenario, std::span<Report> reports
) {
    std::vector<pid_t> children;
    for (int job = 0; job < options.jobs; ++job) {
        std::fflush(stdout);
        const auto child = fork();
        if (child == 0) {
            run_seeds(options, scenario, job, reports[static_cast<std::size_t>(job)]);
            std::fflush(stdout);
            _exit(0);
        }
        if (child < 0) {
            std::perror("fork");
            break;
        }
        children.push_back(child);
    }
    bool ended = children.size() == reports.size();
    for (const auto child : children) {
        int status = 0;
        ended = waitpid(child, &status, 0) == child && status == 0 && ended;
    }
    return ended;
}

bool run_jobs(const Options& options, const ScenarioOptions& scenario) {
    const auto jobs = static_cast<std::size_t>(options.jobs);
    const auto size = jobs * sizeof(Report);
    void* shared = mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (shared == MAP_FAILED) {
        std::perror("mmap");
        return false;
    }
    const std::span reports(static_cast<Report*>(shared), jobs);
    std::uninitialized_value_construct(reports.begin(), reports.end());
    bool good = true;
    if (jobs > 1) {
        good = run_in_processes(options, scenario, reports);
    } else {
        run_seeds(options, scenario, 0, reports[0]);
    }
    Report total;
    for (const auto& report : reports) {
        total.tally.add(report.tally);
        total.hash += report.hash;
        good = good && report.good;
    }
    munmap(shared, size);
    total.tally.print();
    std::printf(
        "%14s  hash of all traces %016llx\n", "", static_cast<unsigned long long>(total.hash)
    );
    return good;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    const auto wrong = read_options(argc, argv, options);
    const auto defect = defect_of(options.defect);
    const auto recipe = recipe_kind_of(options.recipe);
    if (!wrong.empty() || !defect || (!recipe && !options.recipe.empty())) {
        std::fprintf(stderr, "%s\n%s", wrong.c_str(), usage);
        return 2;
    }
    if (options.self_test) {
        return self_test() ? 0 : 1;
    }
    ScenarioOptions scenario;
    scenario.defect = *defect;
    scenario.recipe = recipe;
    scenario.trace = options.trace;
    return run_jobs(options, scenario) ? 0 : 1;
}
