// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client_log.hpp"
#include "history/caller.hpp"
#include "sim/chance.hpp"

#include <kazoo/async_result.hpp>
#include <kazoo/client.hpp>

#include <memory>
#include <mutex>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

namespace kazoo::chaos {

/// An operation of a transaction: a create, a set or a deletion.
struct Step {
    Act act{};
    std::string path;
};

/// One of a program's successive clients. Its calls and observations are recorded. Thread-safe.
class Life : public std::enable_shared_from_this<Life>, public history::Caller<Life> {
public:
    Life(ClientLog& client_log, int number, const ClientOptions& options, std::uint64_t seed);

    void start();
    /// Ends the client by destroying it; stops it first if `stops` is true.
    void end(bool stops);
    void stop_and_start();
    [[nodiscard]] bool connected();
    [[nodiscard]] KazooState state();
    /// The current session, or else the last one.
    [[nodiscard]] std::int64_t session();
    /// True if a session was lost since the previous call, except by stopping the client.
    [[nodiscard]] bool session_was_lost();

    /// Commits a transaction, each operation of which is recorded as a call.
    AsyncResult<TransactionResults> transact(const std::vector<Step>& steps);

    /// Cancels every call that was made with the current stop token.
    void request_stop();

private:
    friend Caller;

    template <class T, class Make>
    AsyncResult<T> call(Act act, const std::string& path, Make make);
    /// Records the end of these calls. Called with the mutex of client_log_ locked, so that calls
    /// and observations of other threads are recorded after these calls; unlocks it.
    template <class T, class Take>
    void follow(
        const AsyncResult<T>& result,
        const std::vector<Call*>& calls,
        Take take,
        std::unique_lock<std::mutex>& lock
    );
    void set_ending(bool ending);
    void mark_events(const std::vector<Call*>& calls);
    void on_state(KazooState state);

    // With the mutex of client_log_ locked:
    void complete(Call& call);
    [[nodiscard]] KazooClient& zk() noexcept { return *zk_; }
    [[nodiscard]] CallOptions call_options();
    [[nodiscard]] Watcher watcher(Call& call, bool watches);
    [[nodiscard]] std::int64_t present_session();

    ClientLog& client_log_;
    const int number_;
    const std::shared_ptr<Handler> handler_;

    sim::Chance chance_;
    std::unique_ptr<KazooClient> zk_;
    std::weak_ptr<detail::client::Core> core_;
    std::stop_source stops_;
    std::int64_t session_ = 0;  // the last known session
    std::uint64_t events_ = 0;
    bool lost_ = false;    // a session was lost while ending_ was false
    bool ending_ = false;  // the program is stopping the client
};

}  // namespace kazoo::chaos

/// Instantiated in life.cpp, where call() is defined.
extern template class kazoo::history::Caller<kazoo::chaos::Life>;
