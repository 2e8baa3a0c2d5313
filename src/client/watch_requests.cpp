// SPDX-License-Identifier: Apache-2.0
#include "client/watch_requests.hpp"

#include "client/watch_hub.hpp"

namespace kazoo::detail::client {
namespace {

// Never decoded: the reply belongs to the request of the shared watch.
const OpKind<void> remove_handle_kind{"remove_watch"};

}  // namespace

AddWatch::AddWatch(
    const std::shared_ptr<Handler>& handler,
    std::string_view path,
    TimePoint deadline,
    detail::RefPtr<HeldWatch> held_watch
)
    : DetachedOperation(handler, add_watch_kind, path, deadline),
      held(*held_watch),
      handle_(std::move(held_watch)) {}

bool AddWatch::cancel() {
    if (!give_up(Outcome::not_applied)) {
        return false;
    }
    if (!held.shared->hub->in_forked_child()) {  // else the handle is left to the parent
        held.shared->hub->withdraw(*this);
    }
    return true;
}

void AddWatch::succeed_with_handle() noexcept {
    succeed(std::move(handle_));
}

RemoveHandle::RemoveHandle(const std::shared_ptr<Handler>& handler, TimePoint deadline)
    : DetachedOperation(handler, remove_handle_kind, "", deadline) {}

void WatchRequest::on_reply(const session::ReplyEvent& reply, const ReplyDelivery& delivery) {
    const auto index =
        session::operation_index(kind_ == Kind::adds ? "add_watch" : "remove_watches");
    reply.error ? delivery.outcomes.failed(index, reply.outcome)
                : delivery.outcomes.succeeded(index);
    kind_ == Kind::adds ? watch_->hub->on_added(*watch_, reply)
                        : watch_->hub->on_removed(*watch_, reply);
}

void WatchRequest::abandon() noexcept {
    watch_->hub->on_abandoned(*watch_);
}

}  // namespace kazoo::detail::client
