// SPDX-License-Identifier: Apache-2.0
#include "checks/locks.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <cstdlib>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;

/// Within these times a client learns that it has lost a lock: the first is that for a lost session
/// in the worst case, when nothing is lost on the way any more and its process is not suspended.
constexpr Duration longest_doubt = 40s;
constexpr Duration longest_notice = 3s;

bool is_reader(std::string_view node) {
    return node.find("__rlock__") != std::string_view::npos;
}

std::string describe(const LockHold& hold) {
    return "client" + std::to_string(hold.client) + ": the lock of " + hold.node + " with token " +
           std::to_string(hold.token);
}

/// Returns the state of the node at the end of its life, or now.
const Snapshot* last_life(const Chronicle& chronicle, const std::string& path) {
    const auto& states = chronicle.of(path);
    const auto found = std::find_if(states.rbegin(), states.rend(), [](const Snapshot& state) {
        return state.exists;
    });
    return found == states.rend() ? nullptr : &*found;
}

/// Returns the change that ended the life of the node; null if it exists.
const Snapshot* end_of(const Chronicle& chronicle, const std::string& path) {
    const auto& states = chronicle.of(path);
    return states.back().exists || states.size() < 2 ? nullptr : &states.back();
}

}  // namespace

std::int64_t LockCheck::czxid(const std::string& path) const {
    const auto* const life = last_life(chronicle_, path);
    return life == nullptr ? 0 : life->czxid;
}

void LockCheck::fail(const LockHold& hold, const std::string& what) {
    verdict_.fail(describe(hold) + ": " + what);
}

bool LockCheck::covers(std::string_view path) const {
    const std::string whole(path);
    return paths_.contains(whole) || values_.contains(whole) ||
           paths_.contains(std::string(parent_path(path)));
}

/// Returns the contender for which the holder would have to wait after the transaction `zxid`;
/// empty if there is none.
std::string LockCheck::first_before(const LockHold& hold, std::int64_t zxid) const {
    const std::string parent(parent_path(hold.node));
    for (const auto& child : chronicle_.of(parent, zxid).children) {
        const auto path = parent + "/" + child;
        const bool both_read = is_reader(hold.node) && is_reader(child);
        if (!both_read && chronicle_.of(path, zxid).czxid < hold.token) {
            return path;
        }
    }
    return {};
}

/// Contenders that precede can only disappear, so that the last moment of the node decides.
void LockCheck::on_acquired(const LockHold& hold) {
    const auto* const life = last_life(chronicle_, hold.node);
    if (life == nullptr) {
        return fail(hold, "acquired without a node");
    }
    if (life->czxid != hold.token) {
        return fail(hold, "the token is not its czxid, " + std::to_string(life->czxid));
    }
    if (hold.session != 0 && life->owner != hold.session) {
        return fail(hold, "its node belongs to another session");
    }
    const auto [other, is_new] = holders_.emplace(hold.token, hold.node);
    if (!is_new) {
        return fail(hold, "acquired twice, also by " + other->second);
    }
    if (hold.order == LockHold::Order::any) {
        return;
    }
    const auto* const end = end_of(chronicle_, hold.node);
    const auto before = first_before(hold, end == nullptr ? chronicle_.zxid() : end->zxid - 1);
    if (!before.empty()) {
        fail(hold, "acquired although " + before + " precedes");
    }
}

void LockCheck::on_held(const LockHold& hold, TimePoint now, TimePoint awake_since) {
    const auto* const end = end_of(chronicle_, hold.node);
    if (end == nullptr) {
        return;
    }
    const bool calm = calm_from_ && end->time > *calm_from_;
    const auto since = std::max(end->time, awake_since);
    if (now - since > (calm ? longest_notice : longest_doubt)) {
        fail(hold, "held although its node was deleted long ago");
    }
}

void LockCheck::on_remaining(const LockHold& hold, Duration remaining) {
    if (remaining == Duration::zero()) {
        return;
    }
    const auto* const life = last_life(chronicle_, hold.node);
    if (life != nullptr && life->czxid == hold.token && expired_.contains(life->owner)) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(remaining);
        fail(
            hold,
            "certain for " + std::to_string(left.count()) + " ms more, and its session has expired"
        );
    }
}

GuardedWrite& LockCheck::begin_write(const LockHold& hold, const std::string& path, TimePoint now) {
    auto& write = writes_.emplace_back();
    write.hold = hold;
    write.path = path;
    write.data = std::to_string(hold.token) + "/" + std::to_string(writes_.size());
    write.begun = now;
    return write;
}

void LockCheck::end_write(GuardedWrite& write, std::optional<Error> error, TimePoint now) {
    write.over = true;
    write.error = std::move(error);
    write.ended = now;
}

void LockCheck::at_rest() {
    for (const auto& path : paths_) {
        const auto& children = chronicle_.of(path).back().children;
        if (!children.empty()) {
            verdict_.fail(
                path + "/" + *children.begin() + ": left behind, with " +
                std::to_string(children.size() - 1) + " others"
            );
        }
    }
}

void LockCheck::at_end() {
    for (const auto& write : writes_) {
        check_write(write);
    }
    for (const auto& path : values_) {
        check_tokens(path);
    }
    for (const auto& [path, leases] : semaphores_) {
        for (const auto& state : chronicle_.of(path)) {
            if (state.children.size() > leases) {
                verdict_.fail(
                    path + ": " + std::to_string(state.children.size()) + " leases at zxid " +
                    std::to_string(state.zxid)
                );
            }
        }
    }
}

void LockCheck::check_write(const GuardedWrite& write) {
    const auto applied = chronicle_.of_data(write.data);
    if (!write.over) {
        return fail(write.hold, "the guarded write " + write.data + " hangs");
    }
    const bool may_be_applied = !write.error || write.error->outcome() == Outcome::unknown;
    if (applied.size() > 1 || (!may_be_applied && !applied.empty())) {
        return fail(
            write.hold,
            "the guarded write " + write.data + " was applied " + std::to_string(applied.size()) +
                " times; it ended with: " + (write.error ? write.error->message() : "success")
        );
    }
    if (!write.error && applied.empty()) {
        return fail(write.hold, "the guarded write " + write.data + " was not applied");
    }
    if (!applied.empty()) {
        check_applied(write, *applied.front());
    }
}

void LockCheck::check_applied(const GuardedWrite& write, const Write& applied) {
    const auto in_time =
        applied.time >= write.begun && (write.error || applied.time <= write.ended);
    if (applied.path != write.path || !in_time) {
        fail(write.hold, "the guarded write " + write.data + " was applied otherwise");
    }
    const auto& node = chronicle_.of(write.hold.node, applied.zxid);
    if (!node.exists || node.czxid != write.hold.token) {
        return fail(
            write.hold, "the guarded write " + write.data + " was applied without the lock"
        );
    }
    if (write.hold.order == LockHold::Order::first) {
        const auto before = first_before(write.hold, applied.zxid);
        if (!before.empty()) {
            fail(write.hold, "the guarded write " + write.data + " was applied before " + before);
        }
    }
}

void LockCheck::check_tokens(const std::string& path) {
    long long last = 0;
    for (const auto& state : chronicle_.of(path)) {
        const auto token = std::strtoll(state.data.c_str(), nullptr, 10);
        if (token < last) {
            verdict_.fail(
                path + ": written with token " + std::to_string(token) + " after " +
                std::to_string(last)
            );
        }
        last = std::max(last, token);
    }
}

}  // namespace kazoo::sim
