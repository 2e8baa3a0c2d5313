// SPDX-License-Identifier: Apache-2.0
#include "recipe/discovery/discovering.hpp"
#include "recipe/discovery/service_paths.hpp"
#include "recipe/wait.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>

#include <chrono>
#include <memory>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using State = Registration::State;
using Shared = std::shared_ptr<Discovering>;

void set_time(ServiceInstance& instance) {
    if (instance.registration_time() == ServiceInstance::Time()) {
        instance.registration_time(
            std::chrono::floor<std::chrono::milliseconds>(std::chrono::system_clock::now())
        );
    }
}

std::string path_of(const Discovering& discovering, const ServiceInstance& instance) {
    return instance_path(discovering.client(), discovering.path(), instance.name(), instance.id());
}

[[noreturn]] void refuse(const std::string& path, const char* why) {
    throw_error(Error(Errc::bad_arguments, Outcome::not_sent, "ServiceDiscovery", path, why));
}

/// Waits until another call has begun to keep the node.
AsyncResult<void> until_changed(Shared discovering, Event changed, CallLimits limits) {
    auto waiting = wait_for(discovering->client().handler(), changed, limits);
    const bool in_time = co_await direct(std::move(waiting));
    if (!in_time) {
        throw_error(Error(
            Errc::operation_timeout,
            Outcome::not_applied,
            "ServiceDiscovery",
            discovering->path(),
            "another call for this instance has not ended within the time limit"
        ));
    }
}

/// The reservation of a path by a call, as long as the call has not begun to keep the node.
class Reservation {
public:
    Reservation(Shared discovering, std::string path)
        : discovering_(std::move(discovering)), path_(std::move(path)) {}
    Reservation(const Reservation&) = delete;
    Reservation& operator=(const Reservation&) = delete;
    ~Reservation() { discovering_->release(path_, this); }

    [[nodiscard]] Registration reserve() { return discovering_->reserve(path_, this); }

private:
    const Shared discovering_;
    const std::string path_;
};

/// Returns the registration, which is either none or kept; if it is none, it is reserved.
AsyncResult<Registration> reserve(
    Shared discovering, std::shared_ptr<Reservation> reservation, CallLimits limits
) {
    for (;;) {
        // Before the look, so that no change after it is missed.
        const Waiters::Wait wait(discovering->changes());
        Registration found = reservation->reserve();
        if (found.state == State::leaving) {
            const auto ending = KeptNode::until_ended(found.node, limits);  // it has the same path
            co_await direct(ending);
        } else if (found.state == State::begins) {
            const auto changing = until_changed(discovering, wait.notified(), limits);
            co_await direct(changing);
        } else {
            co_return found;
        }
    }
}

AsyncResult<void> set_data(
    std::string path, Registration found, ServiceType type, std::string data, CallLimits limits
) {
    if (found.type != type) {
        refuse(path, "the instance is registered with another type: unregister it first");
    }
    const auto generation = found.node->set_data(std::move(data), false);
    const auto applied = KeptNode::until_applied(found.node, generation, limits);
    co_await direct(applied);
}

/// Keeps the node of an instance that has been reserved, and waits until it exists.
AsyncResult<void> create(
    Shared discovering, std::string path, ServiceType type, std::string data, CallLimits limits
) {
    const auto node = discovering->begin(path, type, std::move(data));
    try {
        auto present = KeptNode::until_present(node, limits, KeptNode::Patience::with_error);
        static_cast<void>(co_await direct(std::move(present)));
    } catch (...) {
        discovering->give_up(path, node);
        throw;
    }
}

}  // namespace

AsyncResult<ServiceInstance> register_instance(
    Shared discovering, ServiceInstance instance, CallLimits limits
) {
    if (instance.id().empty()) {
        instance.id(unique_uuid(*discovering->client().handler()));
    }
    set_time(instance);
    const auto path = path_of(*discovering, instance);
    const auto data = instance.to_json(discovering->options().enabled_field());
    const auto reservation = std::make_shared<Reservation>(discovering, path);
    auto reserving = reserve(discovering, reservation, limits);
    const Registration found = co_await direct(std::move(reserving));
    if (found.state == State::kept) {
        const auto setting = set_data(path, found, instance.type(), data, limits);
        co_await direct(setting);
    } else {
        const auto creating = create(discovering, path, instance.type(), data, limits);
        co_await direct(creating);
    }
    co_return instance;
}

AsyncResult<void> update_instance(Shared discovering, ServiceInstance instance, CallLimits limits) {
    set_time(instance);
    const auto path = path_of(*discovering, instance);
    const auto data = instance.to_json(discovering->options().enabled_field());
    const Registration found = discovering->find(path);
    if (found.state != State::kept) {
        refuse(path, "this object has not registered the instance");
    }
    const auto setting = set_data(path, found, instance.type(), data, limits);
    co_await direct(setting);
}

AsyncResult<bool> unregister_instance(
    Shared discovering, std::string name, std::string id, CallLimits limits
) {
    const auto path = instance_path(discovering->client(), discovering->path(), name, id);
    for (;;) {
        const Waiters::Wait wait(discovering->changes());
        const Registration found = discovering->find(path);
        if (found.state == State::none) {
            co_return false;
        }
        if (found.state == State::begins) {
            const auto changing = until_changed(discovering, wait.notified(), limits);
            co_await direct(changing);
            continue;
        }
        if (found.state == State::kept) {
            discovering->give_up(path, found.node);
        }
        auto removing = KeptNode::until_removed(found.node, limits);
        const bool existed = co_await direct(std::move(removing));
        co_return existed;
    }
}

}  // namespace kazoo::detail::recipe
