// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"

#include <kazoo/handler.hpp>
#include <kazoo/state.hpp>

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <mutex>
#include <set>
#include <string>
#include <vector>

namespace kazoo::chaos {

using namespace history;

/// The wall clock in milliseconds, with which servers date their transactions.
[[nodiscard]] TimePoint wall_clock_ms();

/// An observation of a client: a call has completed, or a watch has fired.
struct Seen {
    enum class What { over, told };
    std::uint64_t stamp = 0;  ///< total order over all clients
    What what{};
    std::uint32_t number = 0;  ///< of the call
    Call* call = nullptr;      ///< filled in when the calls are merged
    // For a watch:
    WatchedEvent event;
    std::uint64_t event_number = 0;  ///< counted from 1 within this life
};

/// Counters shared by all clients.
struct Counters {
    std::atomic<std::uint32_t> calls{0};
    std::atomic<std::uint64_t> stamps{0};
};

/// Records the calls and observations of one client. Used from any thread, with mutex() locked;
/// after the client has ended, without.
class ClientLog {
public:
    ClientLog(int client, Counters& counters) : client_(client), counters_(counters) {}

    [[nodiscard]] std::mutex& mutex() noexcept { return mutex_; }

    // Call with mutex() locked.

    /// Records a new call. Start it before unlocking, so that numbers match the order of the calls.
    Call& begin(Act act, std::string path, int life);
    void over(Call& call);
    void told(const Call& call, const WatchedEvent& event, std::uint64_t event_number);
    void heard(int life, KazooState state) { states_[life].push_back(state); }
    /// A session was lost, not by stopping the client.
    void on_session_lost() { ++lost_sessions_; }
    void add_session(std::int64_t session) { sessions_.insert(session); }

    [[nodiscard]] std::size_t under_way() const noexcept { return under_way_; }
    [[nodiscard]] std::size_t good_calls() const noexcept { return good_calls_; }
    [[nodiscard]] int client() const noexcept { return client_; }
    [[nodiscard]] std::deque<Call>& calls() noexcept { return calls_; }
    [[nodiscard]] const std::vector<Seen>& seen() const noexcept { return seen_; }
    /// By life.
    [[nodiscard]] const std::map<int, std::vector<KazooState>>& states() const { return states_; }
    [[nodiscard]] std::size_t lost_sessions() const noexcept { return lost_sessions_; }
    [[nodiscard]] const std::set<std::int64_t>& sessions() const { return sessions_; }

private:
    const int client_;
    Counters& counters_;
    std::mutex mutex_;
    std::deque<Call> calls_;
    std::size_t under_way_ = 0;
    std::size_t good_calls_ = 0;
    std::vector<Seen> seen_;
    std::map<int, std::vector<KazooState>> states_;
    std::size_t lost_sessions_ = 0;
    std::set<std::int64_t> sessions_;
};

}  // namespace kazoo::chaos
