// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "contender_report.hpp"
#include "machine.hpp"
#include "support/temporary_directory.hpp"

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// A process with a client that contends for the recipes (Contender), on a machine that it may
/// share. It can be started again after it was killed. Not thread-safe.
class ContenderProcess {
public:
    struct Options {
        int number = 0;
        std::string hosts;
        std::string handler;  ///< a name from handler_kinds()
        std::chrono::milliseconds session_timeout{4000};
        std::uint64_t seed = 0;
        bool careless = false;  ///< Contender::Options::careless
    };
    /// Does not start it.
    ContenderProcess(const Options& options, const Machine& machine);
    /// Kills it if it runs.
    ~ContenderProcess();
    ContenderProcess(const ContenderProcess&) = delete;
    ContenderProcess& operator=(const ContenderProcess&) = delete;

    /// No effect if it runs.
    void start();
    void kill9();
    /// SIGSTOP.
    void pause();
    void resume();
    /// The faults are over: it is expected to acquire each recipe once more, and to end.
    void order_end();
    /// Waits until it has ended; kills it after `limit`.
    void await_end(std::chrono::milliseconds limit);

    /// Returns whether it has reported a successful write.
    [[nodiscard]] bool has_written() const;
    /// What its processes have reported, and how they ended.
    [[nodiscard]] ContenderReport report() const;

private:
    [[nodiscard]] bool running() const noexcept { return pid_ > 0; }
    /// Returns whether the process has ended; notes why if that was not expected.
    bool reap(int options);
    void fail(const std::string& what) { faults_.push_back(what); }

    const Options options_;
    const Machine& machine_;
    const testing_support::TemporaryDirectory directory_;
    std::vector<std::string> faults_;
    std::uint64_t starts_ = 0;
    pid_t pid_ = -1;  // -1: not running
    bool may_end_ = false;
};

}  // namespace kazoo::chaos
