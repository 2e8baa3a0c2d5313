// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/keep_steps.hpp"

#include "recipe/lasting_tries.hpp"
#include "recipe/step_loop.hpp"

#include <kazoo/exceptions.hpp>

#include <exception>
#include <optional>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

/// Releases a node when its coroutine ends, also if it is destroyed because its loop was.
class Keeping {
public:
    explicit Keeping(std::shared_ptr<KeptNode> node) noexcept : node_(std::move(node)) {}
    Keeping(const Keeping&) = delete;
    Keeping& operator=(const Keeping&) = delete;
    ~Keeping() { node_->finish(); }

private:
    const std::shared_ptr<KeptNode> node_;
};

/// Creates the parent of a node, unless it exists.
AsyncResult<void> create_parent(std::shared_ptr<KeptNode> node) {
    bool no_containers = false;
    try {
        const auto creating = node->create_parent(true);
        co_await direct(creating);
    } catch (const NodeExistsError&) {
    } catch (const UnimplementedError&) {
        no_containers = true;
    }
    if (no_containers) {
        try {
            const auto creating = node->create_parent(false);
            co_await direct(creating);
        } catch (const NodeExistsError&) {
        }
    }
}

/// Creates a node, and notes it: nothing may throw in between. Fails with NoNodeError also after it
/// has created the parent: the plan then looks, and creates again, because the node may have been
/// created meanwhile.
AsyncResult<void> create(std::shared_ptr<KeptNode> node) {
    std::exception_ptr no_parent;
    try {
        const auto creating = node->create();
        co_await until_ready(creating);
        node->on_done(value_in(creating));
        co_return;
    } catch (const NoNodeError&) {
        no_parent = std::current_exception();
    }
    if (node->has_container_parent()) {
        const auto creating = create_parent(node);
        co_await direct(creating);
    }
    std::rethrow_exception(no_parent);
}

/// Carries out a step that sends a request.
AsyncResult<void> carry_out(std::shared_ptr<KeptNode> node, KeepStep step) {
    if (step == KeepStep::look) {
        auto looking = node->look();
        const auto stat = co_await direct(std::move(looking));
        node->on_look(stat);
    } else if (step == KeepStep::create) {
        const auto creating = create(node);
        co_await direct(creating);
    } else if (step == KeepStep::replace) {
        const auto replacing = node->replace();
        co_await until_ready(replacing);
        static_cast<void>(value_in(replacing));
        node->on_done({});
    } else if (step == KeepStep::set) {
        const auto setting = node->set();
        co_await direct(setting);
        node->on_done({});
    } else if (step == KeepStep::remove) {
        const auto removing = node->remove();
        co_await direct(removing);
        node->on_removed(true);
    }
}

AsyncResult<void> wait_for_pause(std::shared_ptr<KeptNode> node, Duration duration) {
    HandlerUse running(node->handler());
    running.prepare();
    try {
        const auto pausing = node->pause(duration);
        running.last_until(*state_of(pausing));
        co_await direct(pausing);
    } catch (const CancelledError&) {
        // The node is to be removed, at once, or the client is gone.
    }
}

/// Carries out the next step. Returns false when there is none.
AsyncResult<bool> keep_once(std::shared_ptr<KeptNode> node, std::shared_ptr<LastingTries> tries) {
    const auto step = node->next_step();
    if (step == KeepStep::end) {
        co_return false;
    }
    if (step == KeepStep::wait) {
        tries->succeeded();  // not after a single step: a look succeeds before each failing create
        const auto woken = node->woken();
        co_await direct(woken);
        co_return true;
    }
    std::optional<Error> error;
    try {
        const auto doing = carry_out(node, step);
        co_await direct(doing);
    } catch (...) {
        error = error_from(std::current_exception());  // every failure is an answer to the plan
    }
    if (!error || !node->on_failure(step, *error)) {
        co_return true;
    }
    std::optional<Duration> pause;
    try {
        pause = tries->after(*error, node->handler()->now(), node->session());
    } catch (const RetryFailedError& refused) {
        node->give_up(refused.error());
    }
    if (pause) {
        const auto pausing = wait_for_pause(node, *pause);
        co_await direct(pausing);
    }
    co_return true;
}

}  // namespace

AsyncResult<void> keep(std::shared_ptr<KeptNode> node) {
    const Keeping keeping(node);
    const auto tries = std::make_shared<LastingTries>(node->retry());
    const auto step = [node, tries] { return keep_once(node, tries); };
    const auto steps = run_steps(node->handler(), step);
    co_await direct(steps);
}

}  // namespace kazoo::detail::recipe
