// SPDX-License-Identifier: Apache-2.0
// The part of Core that gives its session to another client, takes one over, and handles the last
// zxid.
//
//     detach()                connection's executor              lanes
//     --------                ---------------------              -----
//     detach_session -------> the last requests are answered
//                             on_event, several times ---------> callbacks, watches, listeners
//                             on_finished: complete_detach ----> callbacks of the result
#include "client/core.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <array>
#include <new>
#include <utility>
#include <vector>

namespace kazoo::detail::client {
namespace {

using session::WatchKind;

constexpr std::array all_armed{
    std::pair(ArmedWatch::data, WatchKind::data),
    std::pair(ArmedWatch::exists, WatchKind::exist),
    std::pair(ArmedWatch::children, WatchKind::child),
    std::pair(ArmedWatch::persistent, WatchKind::persistent),
    std::pair(ArmedWatch::persistent_recursive, WatchKind::recursive)};

ArmedWatch armed(WatchKind kind) {
    for (const auto& [public_kind, own] : all_armed) {
        if (own == kind) {
            return public_kind;
        }
    }
    return ArmedWatch::data;
}

SessionHandover public_form(const session::Handover& left) {
    return {left.identity.id, left.identity.password, left.timeout, left.last_zxid};
}

}  // namespace

AsyncResult<SessionHandover> Core::detach_async() {
    Promise<SessionHandover> promise(handler_);
    auto result = promise.result();
    static_cast<void>(begin_detach(std::move(promise), Waits::no));
    return result;
}

SessionHandover Core::detach() {
    Promise<SessionHandover> promise(handler_);
    auto result = promise.result();
    const auto life = begin_detach(std::move(promise), Waits::yes);
    constexpr int tries = 3;  // a shortage of memory may be momentary, as in stop()
    for (int i = 0; life && i < tries; ++i) {
        try {
            wind_up(life, false);
            break;
        } catch (const std::bad_alloc&) {
            continue;
        }
    }
    return std::move(result).get(std::chrono::seconds(0));  // moved: nothing else has the session
}

/// Returns the life that ends; null if there is no session to hand over, after failing the promise.
/// Unless the caller ends the life, on_finished() stops the handler.
std::shared_ptr<Life> Core::begin_detach(Promise<SessionHandover> promise, Waits waits) {
    std::shared_ptr<Life> life;
    const bool any = !in_forked_child() && driver_.look([](const session::Session& session) {
        return session.identity().id != 0;
    });
    if (any) {
        const std::lock_guard lock(life_mutex_);
        if (lifecycle_.serves()) {  // also before begin() knows that the session has started
            static_cast<void>(lifecycle_.stop());  // there is no next life while it serves
            life = life_;
            detach_.emplace(std::move(promise));
            connected_.clear();
            if (waits == Waits::no) {
                static_cast<void>(lifecycle_.release_when_finished(life->number));
            }
        }
    }
    if (!life) {
        promise.set_exception(why_not_detached());
        return nullptr;
    }
    end_life(*life, LifeEnd::stopped);
    driver_.detach_session(life->number);
    return life;
}

Error Core::why_not_detached() const {
    const auto refused = [](std::error_code code, const char* detail = "") {
        return Error(code, Outcome::not_sent, "detach", {}, detail);
    };
    if (in_forked_child()) {
        return refused(ClientErrc::forked);
    }
    bool serves = false;
    {
        const std::lock_guard lock(life_mutex_);
        serves = lifecycle_.serves();
    }
    if (!serves) {
        return refused(ClientErrc::connection_closed);
    }
    if (state_.load() == KeeperState::EXPIRED_SESSION) {
        return refused(Errc::session_expired);
    }
    return refused(Errc::connection_loss, "there is no session yet that could be handed over");
}

/// Called with the end of a session: keeps the paths of its watches if it is handed over. Throws
/// std::bad_alloc. Called again with the same event, which may have fewer of them by then, it
/// changes nothing.
void Core::keep_left_watches(const session::WatchFired& event) {
    if (left_watches_) {
        return;
    }
    {
        const std::lock_guard lock(life_mutex_);
        if (!detach_) {
            return;
        }
    }
    std::vector<LeftWatch> left;
    event.watchers.each_place([&](const session::Watch& watch) {
        left.emplace_back(watch.kind(), watch.path());
    });
    std::sort(left.begin(), left.end());
    left.erase(std::unique(left.begin(), left.end()), left.end());
    left_watches_ = std::move(left);
}

/// Completes a detach, when the session has ended and its events are delivered. Throws
/// std::bad_alloc and is then called again.
void Core::complete_detach() {
    {
        const std::lock_guard lock(life_mutex_);
        if (!detach_) {
            return;
        }
    }
    auto value =
        driver_.look([](const session::Session& session) -> std::optional<SessionHandover> {
            if (const auto& left = session.handover()) {
                return public_form(*left);
            }
            return std::nullopt;
        });
    if (value && left_watches_) {
        for (const auto& [kind, path] : *left_watches_) {
            value->add_watch(armed(kind), path);
        }
    }
    std::optional<Promise<SessionHandover>> promise;
    {
        const std::lock_guard lock(life_mutex_);
        promise.swap(detach_);
    }
    left_watches_.reset();
    if (value) {
        promise->set(std::move(*value));  // needs no memory: nothing else has the session
        return;
    }
    const bool refused = state_.load() == KeeperState::AUTH_FAILED;
    promise->set_exception(Error(
        refused ? Errc::auth_failed : Errc::session_expired,
        Outcome::not_sent,
        "detach",
        {},
        "the session ended before it could be handed over, and the client is stopped"
    ));
}

/// Called before the session starts. `watch` may be empty: the watches are then not set.
void Core::take_over(
    session::Config& config, const SessionHandover& session, const Watcher& watch
) {
    config.last_zxid = session.last_zxid();
    if (session.session_id() == 0) {
        return;
    }
    config.session_id = session.session_id();
    config.password = session.password();
    config.resumed_timeout = session.timeout();
    if (!watch) {
        return;
    }
    const auto& function = detail::state_of(watch);
    for (const auto& [public_kind, kind] : all_armed) {
        const bool lasting = (session::only(kind) & session::lasting_kinds) != 0;
        for (const auto& path : session.watches(public_kind)) {
            session::Cookie owner = function;
            if (lasting) {
                owner = watch_hub_->resume(*this, kind, path, function);
            }
            if (owner) {
                config.watches.push_back({kind, path, std::move(owner)});
            }
        }
    }
}

std::int64_t Core::last_zxid() const noexcept {
    if (in_forked_child()) {
        return 0;
    }
    return driver_.look([](const session::Session& session) { return session.last_zxid(); });
}

bool Core::reset_zxid() {
    return !in_forked_child() && driver_.with_session([](session::Session& session, TimePoint now) {
        return session.reset_zxid(now);
    });
}

}  // namespace kazoo::detail::client
