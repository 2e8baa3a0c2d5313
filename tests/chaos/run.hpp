// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "cache_user.hpp"
#include "contender_process.hpp"
#include "disturber.hpp"
#include "ensemble.hpp"
#include "machine.hpp"
#include "options.hpp"
#include "program.hpp"
#include "run_check.hpp"
#include "switch.hpp"

#include <chrono>
#include <memory>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// One complete run: an ensemble, programs that use it, and the disturbances between them.
class Run {
public:
    explicit Run(const Options& options);

    enum class Result {
        good,
        bad,
        void_  ///< the servers broke their guarantees, or the wall clock was set
    };
    [[nodiscard]] Result run();

private:
    void tell(const std::string& what) const;
    void make_programs();
    void make_contenders();
    void make_caches();
    /// Waits, for a while, until every contender has been a holder.
    void await_contenders();
    /// Brings all programs to rest; returns false if the servers do not recover.
    [[nodiscard]] bool come_to_rest();
    /// Reads the servers' trees until no ephemeral node of a lost session is left.
    [[nodiscard]] bool wait_for_expiries();
    /// Waits until the copies of the caches equal the trees that were read.
    void await_caches();
    void end_all();
    void read_committed_log();
    [[nodiscard]] std::vector<const Machine*> machines() const;
    [[nodiscard]] std::vector<ClientLog*> client_logs() const;
    [[nodiscard]] std::vector<Station> stations() const;
    [[nodiscard]] Result report();

    const Options options_;
    const std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
    const std::chrono::steady_clock::duration wall_clock_ahead_;
    std::vector<std::unique_ptr<Machine>> servers_;
    Machine observer_;
    std::vector<std::unique_ptr<Machine>> clients_;
    Switch switch_;
    Ensemble ensemble_;
    Disturber::Contenders contenders_;
    std::vector<std::unique_ptr<CacheUser>> caches_;
    Disturber disturber_;
    Counters counters_;
    std::vector<std::unique_ptr<Program>> programs_;
    RunRecord run_record_;
    std::vector<std::string> faults_;
};

}  // namespace kazoo::chaos
