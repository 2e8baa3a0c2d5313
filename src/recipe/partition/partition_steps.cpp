// SPDX-License-Identifier: Apache-2.0
#include "recipe/partition/partitioning.hpp"
#include "recipe/pauses.hpp"
#include "recipe/repeated_step.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/this_coro.hpp>

#include <exception>
#include <new>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Shared = std::shared_ptr<Partitioning>;

/// Waits until the step is over.
AsyncResult<void> wait_for_end(Shared partitioning, std::stop_token over) {
    const Event ended(partitioning->handler());
    const std::function<void()> end = [ended] { ended.set(); };
    const std::stop_callback on_over(std::move(over), end);
    const auto waiting = ended.wait_async();
    co_await direct(waiting);
}

/// The node of a member.
struct MemberNode {
    std::string name;
    std::int64_t session = 0;  // before the create
};

/// Creates the node of the member, with a name of its own. Nothing may throw after the create.
AsyncResult<bool> create_member(
    Shared partitioning, CallLimits limits, std::shared_ptr<MemberNode> node
) {
    node->name = unique_hex(*partitioning->handler()) + "-" + partitioning->identifier();
    node->session = partitioning->client().session();
    auto creating = partitioning->client().call([&](KazooClient& zk) {
        return zk.create_async(
            partitioning->party() + "/" + node->name,
            partitioning->identifier(),
            CreateOptions().ephemeral().makepath().protect_unique_name(),
            limits.step()
        );
    });
    co_await until_ready(creating);
    static_cast<void>(value_in(creating));
    co_return true;
}

AsyncResult<void> join(Shared partitioning, PartitionTurn turn) {
    const CallLimits limits(
        CallOptions().stop_token(turn.over), *partitioning->handler(), CallKind::waits
    );
    const auto last = std::make_shared<MemberNode>();
    Step<bool> step = [partitioning, limits, last] {
        return create_member(partitioning, limits, last);
    };
    const auto tries = std::make_shared<Tries>(
        partitioning->client(), partitioning->party(), limits, short_pauses()
    );
    auto creating = repeat(tries, std::move(step));
    static_cast<void>(co_await direct(std::move(creating)));
    // `settled` notices that the session has changed since.
    const auto owner = last->session != 0 ? last->session : partitioning->client().session();
    partitioning->tell([&](PartitionPlan& plan) { plan.joined(std::move(last->name), owner); });
}

/// Notes the next change of the members.
AsyncResult<void> observe(
    std::weak_ptr<Partitioning> weak, AsyncResult<void> changed, std::int64_t session
) {
    std::exception_ptr failure;
    try {
        co_await direct(changed);
    } catch (...) {
        failure = std::current_exception();
    }
    const auto partitioning = weak.lock();
    if (!partitioning) {
        co_return;
    }
    auto error = error_from(failure);
    if (failure && error.code() == ClientErrc::cancelled) {
        co_return;  // the watch was started again
    }
    partitioning->tell([&](PartitionPlan& plan) {
        if (!failure) {
            plan.members_changed();
        } else if (error.code() == Errc::session_expired) {
            plan.session_lost(std::move(error), session);
        } else {
            plan.failed(std::move(error));
        }
    });
}

void report_namesake(Partitioning& partitioning) noexcept {
    try {
        partitioning.report(Error(
            ClientErrc::configuration,
            Outcome::not_applied,
            "SetPartitioner",
            partitioning.party(),
            "another member has the identifier '" + partitioning.identifier() + "'"
        ));
    } catch (const std::bad_alloc&) {
        partitioning.report(Error(ClientErrc::configuration, Outcome::not_applied, "SetPartitioner")
        );
    }
}

AsyncResult<void> settle(Shared partitioning, PartitionTurn turn) {
    auto starting = partitioning->watch.start_async();
    const std::stop_callback on_over(turn.over, std::function<void()>([starting] {
                                         starting.cancel();
                                     }));
    const StableChildren stable = co_await direct(starting);
    const auto session = partitioning->client().session();
    partitioning->tell([&](PartitionPlan& plan) { plan.settled(stable.children, session); });
    const bool namesake = partitioning->ask([](const PartitionPlan& plan, const HeldItems&) {
        return plan.has_namesake();
    });
    if (namesake) {
        report_namesake(*partitioning);
    }
    try {
        static_cast<void>(observe(partitioning, stable.changed, session));
    } catch (const std::bad_alloc&) {
        // Nothing observes the members: the set is divided again.
        partitioning->tell([](PartitionPlan& plan) { plan.members_changed(); });
    }
}

/// Releases all locks, and waits for the servers.
AsyncResult<void> drop(Shared partitioning) {
    const auto held = partitioning->take_held();
    std::vector<AsyncResult<bool>> releases;
    releases.reserve(held.size());
    for (const auto& item : held) {
        releases.push_back(item->lock()->release_async(CallOptions().timeout(Duration::max())));
    }
    for (const auto& release : releases) {
        try {
            static_cast<void>(co_await direct(release));
        } catch (const std::exception& error) {
            // The node is deleted in the background, or ends with the session.
            partitioning->client().log(LogLevel::warning, partitioning->path(), error.what());
        }
    }
    partitioning->tell([](PartitionPlan& plan) { plan.dropped(); });
}

AsyncResult<void> leave(Shared partitioning) {
    const auto node =
        partitioning->ask([](const PartitionPlan& plan, const HeldItems&) { return plan.node(); });
    partitioning->watch.stop();
    try {
        if (!node.empty()) {
            const auto path = partitioning->party() + "/" + node;
            auto looking = partitioning->client().call([&](KazooClient& zk) {
                return zk.exists_async(path, ReadOptions(CallOptions().timeout(Duration::max())));
            });
            const auto stat = co_await direct(std::move(looking));
            if (stat) {
                const auto deleting = partitioning->client().call([&](KazooClient& zk) {
                    return zk.delete_guaranteed_async(
                        path, stat->czxid, CallOptions().timeout(Duration::max())
                    );
                });
                co_await direct(deleting);
            }
        }
    } catch (const std::exception&) {
        if (is_out_of_memory(std::current_exception())) {
            throw;  // tried again
        }
        // The node ends with the session.
    }
    partitioning->tell([](PartitionPlan& plan) { plan.left(); });
}

/// Tells the plan about the failure of a step. Returns whether the step is to be tried again after
/// a pause.
bool react(
    Partitioning& partitioning, const PartitionTurn& turn, const std::exception_ptr& failure
) {
    auto error = error_from(failure);
    const auto code = error.code();
    if (turn.over.stop_requested()) {
        return false;  // the step was given up
    }
    if (code == Errc::session_expired) {
        partitioning.tell([&](PartitionPlan& plan) {
            plan.session_lost(std::move(error), plan.session());
        });
        return false;
    }
    if (code == Condition::retryable || code == ClientErrc::out_of_memory) {
        return true;
    }
    partitioning.tell([&](PartitionPlan& plan) { plan.failed(std::move(error)); });
    return false;
}

AsyncResult<void> carry_out(Shared partitioning, PartitionTurn turn) {
    switch (turn.step) {
        case PartitionStep::join:
            return join(std::move(partitioning), std::move(turn));
        case PartitionStep::settle:
            return settle(std::move(partitioning), std::move(turn));
        case PartitionStep::allocate:
            return allocate_items(std::move(partitioning), std::move(turn));
        case PartitionStep::drop:
            return drop(std::move(partitioning));
        case PartitionStep::leave:
            return leave(std::move(partitioning));
        default:
            return wait_for_end(std::move(partitioning), turn.over);
    }
}

}  // namespace

AsyncResult<void> run_partitioner(std::shared_ptr<Partitioning> partitioning) {
    for (int without_memory = 0; without_memory < most_without_memory;) {
        PartitionTurn turn;
        std::exception_ptr failure;
        try {
            turn = partitioning->next_turn();
            if (turn.step == PartitionStep::end) {
                co_return;
            }
            auto done = carry_out(partitioning, turn);
            co_await direct(std::move(done));
        } catch (...) {
            failure = std::current_exception();
        }
        bool again = failure && react(*partitioning, turn, failure);
        if (again) {
            try {
                auto pause = sleep_async(partitioning->handler(), std::chrono::milliseconds(50));
                co_await direct(std::move(pause));
                again = false;
            } catch (const std::exception&) {
                // Tried again at once.
            }
        }
        without_memory = again ? without_memory + 1 : 0;
    }
    partitioning->watch.stop();
    static_cast<void>(partitioning->take_held());  // released in the background
    partitioning->tell([](PartitionPlan& plan) { plan.give_up(); });
}

}  // namespace kazoo::detail::recipe
