// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recipe/client_listener.hpp"
#include "recipe/lock/lock_names.hpp"
#include "recipe/lock/lock_plan.hpp"
#include "recipe/recipe_client.hpp"

#include <kazoo/recipes/detail/lock_base.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/state.hpp>
#include <kazoo/watcher.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {

class Contender;

/// Makes and opens handles, for the recipes.
struct LockHandles {
    [[nodiscard]] static LockHandle make(std::shared_ptr<Contender> contender) noexcept {
        return LockHandle(std::move(contender));
    }
};

/// What the acquisitions and handles of one Lock, ReadLock or WriteLock share. Lives as long as the
/// object or any of them.
///
///     Lock object ----> Locking <---- Contender <---- LockHandle, coroutine of acquire
///                          '-- weak ---> each Contender: events of watches and states
///
/// One watch function and one state listener serve all contenders, so that acquisitions which are
/// given up one after the other leave one watch function behind, not one each.
class Locking final : public std::enable_shared_from_this<Locking> {
public:
    /// Throws BadArgumentsError and std::bad_alloc.
    [[nodiscard]] static std::shared_ptr<Locking> make(
        const KazooClient& client, PathView path, const LockOptions& options, LockKind kind
    );
    /// For make().
    Locking(RecipeClient client, std::string path, const LockOptions& options, LockKind kind);
    Locking(const Locking&) = delete;
    Locking& operator=(const Locking&) = delete;

    [[nodiscard]] const RecipeClient& client() const noexcept { return client_; }
    [[nodiscard]] const std::shared_ptr<Handler>& handler() const noexcept {
        return client_.handler();
    }
    /// Returns the id of the present session, 0 if there is none.
    [[nodiscard]] std::int64_t present_session() const noexcept { return client_.session(); }
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string path_of(std::string_view name) const;
    [[nodiscard]] const LockOptions& options() const noexcept { return options_; }
    [[nodiscard]] const LockNames& names() const noexcept { return names_; }
    [[nodiscard]] const Watcher& watcher() const noexcept { return watcher_; }
    [[nodiscard]] bool is_exclusive() const noexcept { return kind_ != LockKind::read; }

    /// Registers a contender; `resumed` as in LockPlan. Throws WouldDeadlockError if the object is
    /// busy and may not queue behind itself, and std::bad_alloc.
    [[nodiscard]] std::shared_ptr<Contender> begin(
        const LockRules& rules, std::string resumed = {}
    );
    /// Called by the destructor of a contender.
    void remove(std::uint64_t id) noexcept;
    /// Ends all acquisitions in progress.
    void cancel() noexcept;
    [[nodiscard]] bool is_acquired() const noexcept;

    // The handles that lock() keeps until unlock().

    void keep(LockHandle handle);
    [[nodiscard]] LockHandle take_kept() noexcept;
    /// Releases all of them.
    void drop_kept() noexcept;

    /// Calls a function of the options with the path of a node, on the callback lane.
    void call_on_lane(
        const std::function<void(const std::string&)>& function, std::string_view name
    ) noexcept;

private:
    friend ClientListener<Locking>;
    struct Kept {
        std::thread::id thread;
        LockHandle handle;
    };

    [[nodiscard]] bool on_state(const StateChange& change) noexcept;
    void on_client_end() noexcept { static_cast<void>(on_state(StateChange())); }  // LOST, CLOSED
    void on_event(const WatchedEvent& event) noexcept;
    /// Calls `function(Contender&)` with each contender, without mutex_ and without allocating.
    /// Stops when it returns true.
    template <class Function>
    void for_each(Function&& function) const noexcept;

    const RecipeClient client_;
    const std::string path_;
    const LockOptions options_;
    const LockNames names_;
    const LockKind kind_;
    Watcher watcher_;  // constant after make()
    ClientListener<Locking> listener_;

    mutable std::mutex mutex_;
    // Guarded by mutex_:
    std::uint64_t last_id_ = 0;
    std::map<std::uint64_t, std::weak_ptr<Contender>> contenders_;
    std::vector<Kept> kept_;
};

}  // namespace kazoo::detail::recipe
