// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/locking.hpp"

#include "recipe/lock/contender.hpp"

#include <kazoo/detail/result_state.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>

#include <algorithm>

namespace kazoo::detail::recipe {
namespace {

const char* name_of(LockKind kind) noexcept {
    switch (kind) {
        case LockKind::read:
            return "ReadLock";
        case LockKind::write:
            return "WriteLock";
        case LockKind::lock:
            break;
    }
    return "Lock";
}

}  // namespace

std::shared_ptr<Locking> Locking::make(
    const KazooClient& client, PathView path, const LockOptions& options, LockKind kind
) {
    RecipeClient recipe_client(client, name_of(kind));
    auto checked = recipe_client.checked_path(path);
    auto locking = std::make_shared<Locking>(recipe_client, std::move(checked), options, kind);
    locking->watcher_ = Watcher([weak = locking->weak_from_this()](const WatchedEvent& event) {
        if (const auto self = weak.lock()) {
            self->on_event(event);
        }
    });
    locking->listener_.add(locking);
    return locking;
}

Locking::Locking(RecipeClient client, std::string path, const LockOptions& options, LockKind kind)
    : client_(std::move(client)),
      path_(std::move(path)),
      options_(options),
      names_(options, kind),
      kind_(kind),
      listener_(client_.ref()) {}

std::string Locking::path_of(std::string_view name) const {
    return join_path(path_, name);
}

template <class Function>
void Locking::for_each(Function&& function) const noexcept {
    std::uint64_t last = 0;
    for (;;) {
        std::shared_ptr<Contender> contender;  // destroyed without mutex_ held
        {
            const std::lock_guard lock(mutex_);
            auto next = contenders_.upper_bound(last);
            while (next != contenders_.end() && !(contender = next->second.lock())) {
                ++next;
            }
            if (!contender) {
                return;
            }
            last = next->first;
        }
        if (function(*contender)) {
            return;
        }
    }
}

bool Locking::on_state(const StateChange& change) noexcept {
    const auto present = present_session();
    for_each([&](Contender& contender) {
        contender.on_state(change, present);
        return false;
    });
    return false;
}

void Locking::on_event(const WatchedEvent& event) noexcept {
    const auto present = present_session();
    const std::string_view name = event.path ? node_name(*event.path) : std::string_view();
    for_each([&](Contender& contender) {
        contender.on_event(event.type, name, present);
        return false;
    });
}

std::shared_ptr<Contender> Locking::begin(const LockRules& rules, std::string resumed) {
    if (rules.waits && is_exclusive() && !options_.queues_behind_self()) {
        // Two calls at the same time may both find the object idle; then one waits for the other.
        bool busy = false;
        for_each([&](Contender& contender) { return busy = contender.is_busy(); });
        if (busy) {
            throw_error(Error(
                ClientErrc::would_deadlock,
                Outcome::not_sent,
                "acquire",
                path_,
                "this object holds the lock, or is about to acquire it, and "
                "LockOptions::queue_behind_self is false"
            ));
        }
    }
    const std::lock_guard lock(mutex_);
    const auto place = contenders_.emplace(++last_id_, std::weak_ptr<Contender>()).first;
    try {
        auto contender =
            std::make_shared<Contender>(shared_from_this(), last_id_, rules, std::move(resumed));
        place->second = contender;
        return contender;
    } catch (...) {
        contenders_.erase(place);
        throw;
    }
}

void Locking::remove(std::uint64_t id) noexcept {
    const std::lock_guard lock(mutex_);
    contenders_.erase(id);
}

void Locking::cancel() noexcept {
    for_each([](Contender& contender) {
        contender.cancel();
        return false;
    });
}

bool Locking::is_acquired() const noexcept {
    bool acquired = false;
    for_each([&](Contender& contender) { return acquired = contender.is_held(); });
    return acquired;
}

void Locking::keep(LockHandle handle) {
    const std::lock_guard lock(mutex_);
    kept_.reserve(kept_.size() + 1);  // if it throws, the caller's handle releases the lock
    kept_.push_back({std::this_thread::get_id(), std::move(handle)});
}

LockHandle Locking::take_kept() noexcept {
    const std::lock_guard lock(mutex_);
    if (kept_.empty()) {
        return {};
    }
    const auto own = std::find_if(kept_.begin(), kept_.end(), [](const Kept& kept) {
        return kept.thread == std::this_thread::get_id();
    });
    const auto taken = own == kept_.end() ? kept_.begin() : own;
    LockHandle handle = std::move(taken->handle);
    kept_.erase(taken);
    return handle;
}

void Locking::drop_kept() noexcept {
    std::vector<Kept> kept;
    const std::lock_guard lock(mutex_);
    kept.swap(kept_);
}

void Locking::call_on_lane(
    const std::function<void(const std::string&)>& function, std::string_view name
) noexcept {
    if (!function) {
        return;
    }
    try {
        // The options, with the function, live as long as this object.
        handler()->dispatch(
            Lane::callback,
            [self = shared_from_this(), &function, path = path_of(name)] {
                const LaneScope scope(*self->handler(), Lane::callback);
                try {
                    function(path);
                } catch (...) {
                    self->handler()->report_escaped(Lane::callback, std::current_exception());
                }
            }
        );
    } catch (const std::exception&) {
        client_.log(LogLevel::error, path_, "no memory to call a function of the options");
    }
}

}  // namespace kazoo::detail::recipe
