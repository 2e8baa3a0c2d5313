// SPDX-License-Identifier: Apache-2.0
#include "checks/locking_queues.hpp"

#include <kazoo/paths.hpp>

#include <algorithm>
#include <iterator>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;

/// Once no faults occur any more, a call needs less than this from its lists to the lock.
constexpr Duration longest_get = 3s;

/// Returns the change that ended the life of the node with this czxid; null if it exists.
const Snapshot* end_of(const std::vector<Snapshot>& states, std::int64_t czxid) {
    const auto end = std::find_if(states.begin(), states.end(), [czxid](const Snapshot& state) {
        return state.zxid > czxid && !state.exists;
    });
    return end == states.end() ? nullptr : &*end;
}

}  // namespace

std::string LockingQueueCheck::claim_of(const std::string& entry) const {
    return root_ + "/taken/" + entry.substr(entry.rfind('/') + 1);
}

void LockingQueueCheck::fail(const QueueClaim& get, const std::string& what) {
    verdict_.fail("client" + std::to_string(get.client) + ": " + what);
}

QueueClaim& LockingQueueCheck::begin_get(int client, bool lists, TimePoint now) {
    auto& get = gets_.emplace_back();
    get.client = client;
    get.lists = lists;
    get.begun = now;
    get.zxid_when_begun = chronicle_.zxid();
    return get;
}

void LockingQueueCheck::end_get(
    QueueClaim& get, const std::string& item, std::int64_t token, TimePoint now
) {
    get.over = true;
    get.item = item;
    get.token = token;
    get.locked_at = now;
    if (item.empty() || token == 0) {
        return;
    }
    const auto entry = items_.entry_of(item);
    if (entry.empty()) {
        return fail(get, "was given " + item + ", which is none");
    }
    const auto& claim = chronicle_.of(claim_of(entry), token);
    if (!claim.exists || claim.czxid != token || claim.owner == 0) {
        return fail(get, "was given " + entry + ", which it has not locked");
    }
    const auto [other, is_new] = by_token_.emplace(token, &get);
    if (!is_new) {
        fail(get, "was given " + entry + " as client" + std::to_string(other->second->client));
    }
}

void LockingQueueCheck::check_waiting(const QueueClaim& get) {
    if (get.over) {
        return;
    }
    for (const auto& name : chronicle_.of(items_.path()).back().children) {
        if (!chronicle_.of(root_ + "/taken/" + name).back().exists) {
            return fail(get, "a get waits although " + name + " is free");
        }
    }
}

void LockingQueueCheck::at_rest() {
    const auto& claims = chronicle_.of(root_ + "/taken").back().children;
    if (!claims.empty()) {
        verdict_.fail(root_ + "/taken/" + *claims.begin() + ": left behind");
    }
}

void LockingQueueCheck::at_end() {
    items_.check_puts();
    const auto entries = items_.entries();
    for (const auto& get : gets_) {
        if (!get.over) {
            fail(get, "a get hangs");
        } else if (get.token != 0) {
            check_claim_end(get);
            check_consumption(get, entries);
            check_order(get, entries);
        }
    }
    for (const auto& [path, entry] : entries) {
        if (entry.removed != 0) {
            check_removal(entry);
        }
    }
}

/// Only its holder and the end of its session remove a lock.
void LockingQueueCheck::check_claim_end(const QueueClaim& get) {
    const auto path = claim_of(items_.entry_of(get.item));
    const auto* const end = end_of(chronicle_.of(path), get.token);
    if (end == nullptr) {
        return fail(get, "the lock of " + path + " was never removed");
    }
    for (const auto& write : chronicle_.by(end->zxid)) {
        const bool by_another = write.author.client >= 0 && write.author.client != get.client;
        if (write.path == path && !write.by_end_of_session && by_another) {
            fail(get, "its lock of " + path + " was removed by another client");
        }
    }
}

void LockingQueueCheck::check_consumption(const QueueClaim& get, const Entries& entries) {
    const auto& entry = entries.at(items_.entry_of(get.item));
    const auto* const end = end_of(chronicle_.of(claim_of(entry.path)), get.token);
    const bool together = end != nullptr && entry.removed == end->zxid;
    if (get.consumed && !together) {
        fail(get, "consumed " + entry.path + ", which was not deleted with its lock");
    }
    if (together && !get.consumed && !get.perhaps) {
        fail(get, entry.path + " was deleted with its lock, and no call reports it");
    }
}

/// An entry is deleted together with the lock of a consumer.
void LockingQueueCheck::check_removal(const QueueEntry& entry) {
    const auto& claims = chronicle_.of(claim_of(entry.path));
    const auto end = std::find_if(claims.begin(), claims.end(), [&](const Snapshot& state) {
        return state.zxid == entry.removed;
    });
    if (end == claims.begin() || end == claims.end() || end->exists ||
        !by_token_.contains(end->czxid)) {
        verdict_.fail(entry.path + ": deleted without the lock of a consumer");
    }
}

bool LockingQueueCheck::was_free(const QueueEntry& entry, std::int64_t from, std::int64_t until)
    const {
    if (entry.created > from || (entry.removed != 0 && entry.removed <= until)) {
        return false;
    }
    const auto path = claim_of(entry.path);
    const auto& claims = chronicle_.of(path);
    return !chronicle_.of(path, from).exists &&
           std::none_of(claims.begin(), claims.end(), [&](const Snapshot& state) {
               return state.exists && state.zxid > from && state.zxid <= until;
           });
}

std::int64_t LockingQueueCheck::zxid_at(TimePoint time) const {
    const auto& writes = chronicle_.writes();
    const auto later = std::partition_point(
        writes.begin(), writes.end(), [time](const Write& write) { return write.time <= time; }
    );
    return later == writes.begin() ? 0 : std::prev(later)->zxid;
}

/// A call does not pass over an entry that is free in its lists. These contain what was there when
/// it was called if they are the first of its object; without faults, what has been there for a
/// while.
void LockingQueueCheck::check_order(const QueueClaim& get, const Entries& entries) {
    const auto& taken = entries.at(items_.entry_of(get.item));
    const auto& states = chronicle_.of(claim_of(taken.path));
    const auto locked = std::find_if(states.begin(), states.end(), [&](const Snapshot& state) {
        return state.zxid == get.token;
    });
    const bool calm = calm_from_ && locked->time > *calm_from_ + longest_get;
    if (!calm && !get.lists) {
        return;
    }
    const auto from = zxid_at(locked->time - longest_get);
    const auto until = zxid_at(locked->time + longest_get);
    for (const auto& [path, other] : entries) {
        if (!QueueItems::precedes(other, taken)) {
            break;
        }
        const bool listed = get.lists && was_free(other, get.zxid_when_begun, get.token);
        const bool seen = calm && was_free(other, from, until);
        if (listed || seen) {
            fail(get, "locked " + taken.path + " although " + path + " precedes and is free");
        }
    }
}

}  // namespace kazoo::sim
