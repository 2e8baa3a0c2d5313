// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "life.hpp"
#include "machine.hpp"
#include "support/handler_kit.hpp"

#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace kazoo::chaos {

/// A program that uses one client after the other, on a machine of its own or on this one.
class Program {
public:
    enum class Phase {
        work,
        rest,    ///< makes no more calls; reached once it is connected and all calls have completed
        listen,  ///< reached when all events that its server had pending have arrived
        end
    };
    struct Options {
        int number = 0;
        std::string hosts;
        std::string handler;  ///< a name from handler_kinds()
        std::chrono::milliseconds session_timeout{4000};
        std::uint64_t seed = 0;
        /// Longest pause between its calls.
        std::chrono::milliseconds pause{60};
        /// Uses one client and one session from the beginning to the end.
        bool keeps_client = false;
    };

    /// `machine`: null for this one.
    Program(const Options& options, const Machine* machine, Counters& counters);
    ~Program();
    Program(const Program&) = delete;

    /// Requests the transition to this phase.
    void order(Phase phase);
    /// Waits until the phase is reached. Failures are recorded in faults().
    void await(Phase phase);
    /// Failures of the program itself, such as hanging calls.
    [[nodiscard]] const std::vector<std::string>& faults() const { return faults_; }
    /// Session of its client at rest.
    [[nodiscard]] std::int64_t session_at_rest() const noexcept { return session_at_rest_; }
    [[nodiscard]] ClientLog& client_log() noexcept { return client_log_; }
    /// Number of its calls that have succeeded.
    [[nodiscard]] std::size_t good_calls();
    [[nodiscard]] const Options& options() const noexcept { return options_; }

private:
    void live();
    void work();
    void come_to_rest();
    void listen();
    void leave();
    void change_life();
    void change_life_sometimes();
    void begin_life();
    void fail(const std::string& what);
    void reach(Phase phase);
    void await_order(Phase phase);
    /// Waits up to `limit` for this phase to be requested; returns whether it was.
    [[nodiscard]] bool wait_for_order(Phase phase, std::chrono::milliseconds limit);
    [[nodiscard]] std::size_t under_way();

    const Options options_;
    ClientLog client_log_;
    sim::Chance chance_;
    std::unique_ptr<testing_support::HandlerKit> kit_;
    std::shared_ptr<Life> life_;
    int lives_ = 0;
    std::int64_t session_at_rest_ = 0;
    std::vector<std::string> faults_;

    std::mutex mutex_;
    std::condition_variable changed_;
    Phase wanted_ = Phase::work;
    Phase reached_ = Phase::work;
    std::thread thread_;
};

}  // namespace kazoo::chaos
