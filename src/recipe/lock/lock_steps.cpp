// SPDX-License-Identifier: Apache-2.0
#include "recipe/lock/lock_steps.hpp"

#include "recipe/lock/contenders.hpp"
#include "recipe/lock/creation.hpp"
#include "recipe/pauses.hpp"
#include "recipe/wait.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/sleep.hpp>

#include <algorithm>
#include <cassert>
#include <exception>
#include <iterator>
#include <new>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

/// Reads the node `name`, with the watch of the lock.
AsyncResult<NodeData> read_watched(
    const Locking& locking, std::string_view name, const CallOptions& options
) {
    return locking.client().call([&](KazooClient& client) {
        return client.get_async(locking.path_of(name), locking.watcher(), options);
    });
}

AsyncResult<void> find(std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits) {
    auto& locking = *contender->locking();
    auto looked = locking.client().call([&](KazooClient& client) {
        return client.exists_async(locking.path_of(turn.name), limits.step());
    });
    const std::optional<ZnodeStat> stat = co_await direct(std::move(looked));
    const bool ephemeral = locking.options().is_ephemeral();
    const auto owner = ephemeral ? locking.present_session() : 0;
    NodePtr node;
    if (stat && stat->ephemeral_owner == owner && ephemeral == (owner != 0)) {
        node = std::make_shared<const OwnNode>(turn.name, stat->czxid, owner);
    }
    contender->tell([&](LockPlan& plan) { plan.found(turn.attempt, std::move(node)); });
}

AsyncResult<void> create(std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits) {
    auto creation = create_node(contender->locking(), limits.step());
    const NodePtr node = co_await direct(std::move(creation));
    auto& locking = *contender->locking();
    const auto present = locking.present_session();
    contender->tell([&](LockPlan& plan) { plan.created(turn.attempt, node, present); });
    if (contender->own() == node) {
        locking.call_on_lane(locking.options().on_enqueued(), node->name);
    }
}

AsyncResult<void> list(std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits) {
    auto& locking = *contender->locking();
    const auto listed = locking.client().call([&](KazooClient& client) {
        return client.get_children_async(locking.path(), limits.step());
    });
    const auto children = co_await direct(listed);
    const auto own = contender->own();
    auto place = own ? standing(locking.names(), own->name, children) : Standing();
    contender->tell([&](LockPlan& plan) { plan.listed(turn.attempt, std::move(place)); });
}

/// Returns the place of the own node, which is the last one of `all`.
Standing standing_of_last(std::vector<CreatedAt> all) {
    const auto czxid = all.back().czxid;
    all.pop_back();
    return czxid ? standing_by_creation(*czxid, all) : Standing();
}

/// Reads when nodes were created, in groups; the own one last.
AsyncResult<void> compare(std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits) {
    auto& locking = *contender->locking();
    const auto own = contender->own();
    if (!own) {
        co_return;  // begun again meanwhile
    }
    turn.others.push_back(own->name);
    std::vector<CreatedAt> all;
    all.reserve(turn.others.size());
    for (auto next = turn.others.begin(); next != turn.others.end();) {
        const auto left = static_cast<std::size_t>(std::distance(next, turn.others.end()));
        const auto group_end =
            std::next(next, static_cast<std::ptrdiff_t>(std::min(left, reads_at_a_time)));
        const auto read = locking.client().call([&](KazooClient& client) {
            auto reads = client.multi_read();
            std::for_each(next, group_end, [&](const std::string& name) {
                reads.get(locking.path_of(name));
            });
            return reads.read_async(limits.step());
        });
        const auto results = co_await direct(read);
        for (const auto& result : results) {
            std::optional<std::int64_t> czxid;
            if (result.successful() || result.failure().code() != Errc::no_node) {
                czxid = result.node().stat.czxid;  // throws the error of the read
            }
            all.emplace_back(*next++, czxid);
        }
    }
    auto place = standing_of_last(std::move(all));
    contender->tell([&](LockPlan& plan) { plan.compared(turn.attempt, std::move(place)); });
}

AsyncResult<void> watch(std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits) {
    const auto read = read_watched(*contender->locking(), turn.name, limits.step());
    bool exists = true;
    try {
        co_await direct(read);
    } catch (const NoNodeError&) {
        exists = false;
    }
    contender->tell([&](LockPlan& plan) { plan.watched(turn.attempt, exists); });
}

AsyncResult<void> wait(std::shared_ptr<Contender> contender, CallLimits limits) {
    auto woken = wait_for(contender->handler(), contender->woken(), limits);
    const bool in_time = co_await direct(std::move(woken));
    if (!in_time) {
        throw OperationTimeoutError();
    }
}

/// Reads the own node, and calls the function of LockOptions::on_revoke if it says so.
AsyncResult<void> confirm(
    std::shared_ptr<Contender> contender, std::uint64_t attempt, CallOptions options
) {
    auto& locking = *contender->locking();
    const auto own = contender->own();
    if (!own) {
        co_return;  // begun again meanwhile
    }
    auto read = read_watched(locking, own->name, options);
    NodePtr found;
    bool revoked = false;
    try {
        const auto node = co_await direct(std::move(read));
        found =
            std::make_shared<const OwnNode>(own->name, node.stat.czxid, node.stat.ephemeral_owner);
        revoked = node.data == revocation;
    } catch (const NoNodeError&) {
    }
    const auto present = locking.present_session();
    const bool lost = contender->confirmed(attempt, found, present);
    if (lost) {
        contender->after_event(HoldEvent::lost);
    } else if (revoked && contender->state() == LockState::held) {
        locking.call_on_lane(locking.options().on_revoke(), own->name);
    }
}

void log_not_watched(const Locking& locking, LogLevel level, const Error& error) noexcept {
    const std::string_view text = "cannot watch the node of a lock that is held";
    try {
        locking.client().log(level, locking.path(), std::string(text) + ": " + error.message());
    } catch (const std::bad_alloc&) {
        locking.client().log(level, locking.path(), text);
    }
}

/// Reads the own node until that succeeds, or the lock is not held any more.
AsyncResult<void> reread(std::shared_ptr<Contender> contender, std::uint64_t attempt) {
    Pauses pauses;
    bool logged = false;
    TriesWithoutMemory without_memory;
    while (contender->state() == LockState::held) {
        std::optional<Error> failed;
        try {
            const auto read = confirm(contender, attempt, CallOptions().timeout(Duration::max()));
            co_await direct(read);
        } catch (...) {
            failed = error_from(std::current_exception());
        }
        if (!failed || failed->code() == Condition::session_lost) {
            co_return;  // a change of state reports the loss of the session
        }
        if (!std::exchange(logged, true)) {
            log_not_watched(*contender->locking(), LogLevel::warning, *failed);
        }
        try {
            auto pause = sleep_async(contender->handler(), pauses.next());
            co_await direct(std::move(pause));
            without_memory.reset();
        } catch (...) {
            without_memory.pause_failed();
        }
    }
}

}  // namespace

AsyncResult<void> carry_out(
    std::shared_ptr<Contender> contender, LockTurn turn, CallLimits limits
) {
    switch (turn.step) {
        case LockStep::find:
            return find(std::move(contender), std::move(turn), std::move(limits));
        case LockStep::make_parents:
            return make_parents(std::move(contender), turn.attempt, limits.step());
        case LockStep::create:
            return create(std::move(contender), std::move(turn), std::move(limits));
        case LockStep::list:
            return list(std::move(contender), std::move(turn), std::move(limits));
        case LockStep::compare:
            return compare(std::move(contender), std::move(turn), std::move(limits));
        case LockStep::watch:
            return watch(std::move(contender), std::move(turn), std::move(limits));
        case LockStep::wait:
            return wait(std::move(contender), std::move(limits));
        case LockStep::confirm:
        case LockStep::end:
            break;
    }
    assert(turn.step == LockStep::confirm);
    return confirm(std::move(contender), turn.attempt, limits.step());
}

void begin_reread(const std::shared_ptr<Contender>& contender) noexcept {
    const auto attempt = contender->tell([](LockPlan& plan) { return plan.attempt(); });
    if (!begin_in_background([&] { static_cast<void>(reread(contender, attempt)); })) {
        log_not_watched(*contender->locking(), LogLevel::error, Error(ClientErrc::out_of_memory));
    }
}

}  // namespace kazoo::detail::recipe
