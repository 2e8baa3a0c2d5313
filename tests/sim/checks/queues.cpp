// SPDX-License-Identifier: Apache-2.0
#include "checks/queues.hpp"

#include <algorithm>

namespace kazoo::sim {
namespace {

using namespace std::chrono_literals;

/// Once no faults occur any more, a call needs less than this from its list to the deletion.
constexpr Duration longest_get = 3s;

}  // namespace

QueueGet& QueueCheck::begin_get(int client, bool lists, TimePoint now) {
    auto& get = gets_.emplace_back();
    get.client = client;
    get.lists = lists;
    get.begun = now;
    get.zxid_when_begun = chronicle_.zxid();
    return get;
}

void QueueCheck::end_get(
    QueueGet& get, std::optional<std::string> item, std::optional<Error> error, TimePoint now
) {
    get.over = true;
    get.item = std::move(item);
    get.error = std::move(error);
    get.ended = now;
}

void QueueCheck::fail(const QueueGet& get, const std::string& what) {
    verdict_.fail("client" + std::to_string(get.client) + ": " + what);
}

void QueueCheck::check_waiting(const QueueGet& get) {
    const auto& entries = chronicle_.of(items_.path()).back().children;
    if (!get.over && !entries.empty()) {
        fail(get, "a get waits although there is " + *entries.begin());
    }
}

void QueueCheck::at_end() {
    items_.check_puts();
    const auto entries = items_.entries();
    for (const auto& [path, entry] : entries) {
        check_entry(entry);
    }
    for (const auto& get : gets_) {
        if (!get.over) {
            fail(get, "a get hangs");
        }
        if (!get.item) {
            continue;
        }
        const auto taken = entries.find(items_.entry_of(*get.item));
        if (taken == entries.end() || taken->second.removed == 0) {
            fail(get, "was given " + *get.item + ", whose entry was not deleted");
        } else {
            check_removal(taken->second, get);
            check_order(entries, taken->second, get);
        }
    }
}

/// An entry that is gone has been given out once, or may have been lost by a call that says so.
void QueueCheck::check_entry(const QueueEntry& entry) {
    const auto given = std::count_if(gets_.begin(), gets_.end(), [&](const QueueGet& get) {
        return get.item == entry.data;
    });
    if (given > 1) {
        verdict_.fail(entry.path + ": given out " + std::to_string(given) + " times");
    }
    const bool perhaps = std::any_of(gets_.begin(), gets_.end(), [&](const QueueGet& get) {
        return get.perhaps == entry.path;
    });
    if (entry.removed != 0 && given == 0 && !perhaps) {
        verdict_.fail(entry.path + ": deleted, and no get reports it");
    }
}

void QueueCheck::check_removal(const QueueEntry& entry, const QueueGet& get) {
    if (entry.removed_at < get.begun || entry.removed_at > get.ended) {
        fail(get, entry.path + " was not deleted within the get that gave its item out");
    }
    for (const auto& write : chronicle_.by(entry.removed)) {
        const bool by_another = write.author.client >= 0 && write.author.client != get.client;
        if (write.path == entry.path && by_another) {
            fail(get, "was given the item of " + entry.path + ", which another client deleted");
        }
    }
}

/// A call does not pass over an entry that is in its list. Its list contains what existed when it
/// was called if it is the first of its object; without faults, what has existed for a while.
void QueueCheck::check_order(const Entries& entries, const QueueEntry& taken, const QueueGet& get) {
    const bool calm = calm_from_ && taken.removed_at > *calm_from_ + longest_get;
    for (const auto& [path, other] : entries) {
        if (!QueueItems::precedes(other, taken)) {
            break;
        }
        const bool listed = get.lists && other.created <= get.zxid_when_begun &&
                            (other.removed == 0 || other.removed > taken.removed);
        const bool seen = calm && other.created_at < taken.removed_at - longest_get &&
                          (other.removed == 0 || other.removed_at > taken.removed_at + longest_get);
        if (listed || seen) {
            fail(get, "took " + taken.path + " although " + path + " precedes");
        }
    }
}

}  // namespace kazoo::sim
