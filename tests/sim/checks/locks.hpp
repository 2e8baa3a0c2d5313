// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "checks/recipe_check.hpp"
#include "history.hpp"
#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/errors.hpp>
#include <kazoo/handler.hpp>

#include <cstdint>
#include <deque>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

namespace kazoo::sim {

/// A lock, a lease or a leadership that a client was given. Paths are those of the servers.
class LockHold {
public:
    enum class Order { first, any };  ///< of leases any may be held

    LockHold() {}

    int client = 0;
    Order order = Order::first;
    std::string node;
    std::int64_t token = 0;
    std::int64_t session = 0;  ///< 0: the recipe does not say
};

/// A write by a guarded transaction.
struct GuardedWrite {
    LockHold hold;
    std::string path;
    std::string data;  ///< The token and a number, so that no other write has the same.
    TimePoint begun;
    TimePoint ended;
    bool over = false;
    std::optional<Error> error;
};

/// Compares what clients receive about locks, leases and leaderships with the nodes that the
/// servers have: who is given a lock was first among its contenders at some moment, a guarded
/// write was applied while its node was first, a lock that is lost is soon not held any more, and
/// the session of none expires while its holder is certain that it does not.
class LockCheck final : public RecipeCheck {
public:
    LockCheck(Verdict& verdict, const Chronicle& chronicle)
        : verdict_(verdict), chronicle_(chronicle) {}

    /// The contenders are the children of `path`.
    void add_lock(std::string path) { paths_.insert(std::move(path)); }
    /// Guarded writes to `path` are made by the holders of one exclusive lock.
    void add_value(std::string path) { values_.insert(std::move(path)); }
    /// At no time more than `leases` children.
    void add_semaphore(std::string path, std::size_t leases) {
        semaphores_[path] = leases;
        paths_.insert(std::move(path));
    }
    /// Returns the czxid of the node, or of the last one that had this path; 0 if there was none.
    [[nodiscard]] std::int64_t czxid(const std::string& path) const;
    [[nodiscard]] bool covers(std::string_view path) const override;

    void on_acquired(const LockHold& hold);
    void calm_from(TimePoint time) override { calm_from_ = time; }
    /// The client says that it still holds the lock. `awake_since`: its process was not suspended.
    void on_held(const LockHold& hold, TimePoint now, TimePoint awake_since);
    /// The timeout of a session has expired.
    void on_expired(std::int64_t session) { expired_.insert(session); }
    /// The client says that the lock is certain for this time (LockHandle::remaining).
    void on_remaining(const LockHold& hold, Duration remaining);

    /// Records a write that is made right away.
    GuardedWrite& begin_write(const LockHold& hold, const std::string& path, TimePoint now);
    static void end_write(GuardedWrite& write, std::optional<Error> error, TimePoint now);

    /// Nobody holds or waits for a lock any more.
    void at_rest() override;
    void at_end() override;

private:
    [[nodiscard]] std::string first_before(const LockHold& hold, std::int64_t zxid) const;
    void check_write(const GuardedWrite& write);
    void check_applied(const GuardedWrite& write, const Write& applied);
    void check_tokens(const std::string& path);
    void fail(const LockHold& hold, const std::string& what);

    Verdict& verdict_;
    const Chronicle& chronicle_;
    std::set<std::string> paths_;
    std::set<std::string> values_;
    std::map<std::string, std::size_t> semaphores_;
    std::map<std::int64_t, std::string> holders_;  // node by token
    std::set<std::int64_t> expired_;
    std::deque<GuardedWrite> writes_;
    std::optional<TimePoint> calm_from_;
};

}  // namespace kazoo::sim
