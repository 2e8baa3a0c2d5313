// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/membership.hpp"

#include "recipe/party/member_list.hpp"
#include "recipe/wait.hpp"

#include <kazoo/detail/unique_id.hpp>
#include <kazoo/exceptions.hpp>

#include <utility>

namespace kazoo::detail::recipe {
namespace {

std::string checked_node_path(
    const RecipeClient& client,
    const std::string& path,
    MemberLayout layout,
    std::string_view identifier
) {
    const auto refuse = [&](const char* why) {
        throw_error(Error(Errc::bad_arguments, Outcome::not_sent, client.recipe(), path, why));
    };
    if (layout != MemberLayout::party && identifier.find('/') != std::string_view::npos) {
        refuse("the identifier contains a \"/\"");
    }
    if (layout == MemberLayout::group && identifier.empty()) {
        refuse("the identifier is empty");
    }
    if (!is_utf8(identifier)) {
        refuse("the identifier is not valid UTF-8");
    }
    const auto unique = unique_hex(*client.handler());
    return client.checked_path(path + "/" + member_name(layout, unique, identifier));
}

}  // namespace

Membership::Membership(
    const RecipeClient& zk,
    std::string_view group,
    MemberLayout member_layout,
    std::string_view identifier,
    const DataView& data,
    const PartyOptions& options
)
    : client(zk),
      path(client.checked_path(group)),
      layout(member_layout),
      node_path_(checked_node_path(client, path, layout, identifier)),
      options_(options),
      joins_(std::make_shared<Turns>(client.handler())),
      data_(data.bytes().value_or(std::string_view())),
      null_data_(!data.bytes()) {
    if (data.from_null_pointer()) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            client.recipe(),
            path,
            "the data was made from a null pointer"
        ));
    }
}

std::shared_ptr<KeptNode> Membership::keep(bool& begun) {
    KeptParameters parameters;
    parameters.path = node_path_;
    parameters.create = CreateOptions().ephemeral();
    parameters.rules.renew = options_.keeps_joined();
    parameters.retry = options_.retry();
    std::shared_ptr<KeptNode> node;
    {
        const std::lock_guard lock(mutex_);
        node = node_;
        parameters.data = data_;
        parameters.null_data = null_data_;
    }
    begun = !node || node->ended();
    if (!begun) {
        return node;
    }
    node = KeptNode::begin(client, std::move(parameters), {{}, options_.on_error()});
    bool destroyed = false;
    {
        const std::lock_guard lock(mutex_);
        destroyed = destroyed_;
        if (!destroyed) {
            node_ = node;
        }
    }
    if (destroyed) {
        node->stop(false);
        throw_destroyed();
    }
    return node;
}

void Membership::throw_destroyed() const {
    throw_error(Error(
        ClientErrc::cancelled,
        Outcome::not_applied,
        client.recipe(),
        path,
        "the object has been destroyed"
    ));
}

std::shared_ptr<KeptNode> Membership::give_up() noexcept {
    const std::lock_guard lock(mutex_);
    if (node_) {
        leaving_ = node_;
    }
    return std::exchange(node_, nullptr);
}

std::shared_ptr<KeptNode> Membership::leaving() const noexcept {
    const std::lock_guard lock(mutex_);
    return leaving_;
}

std::shared_ptr<KeptNode> Membership::present_node() const noexcept {
    const std::lock_guard lock(mutex_);
    return node_;
}

bool Membership::participating() const noexcept {
    const auto node = present_node();
    return node && node->present();
}

void Membership::end() noexcept {
    {
        const std::lock_guard lock(mutex_);
        destroyed_ = true;
    }
    if (const auto node = give_up()) {
        node->stop(true);
    }
}

PartyStream Membership::stream() const {
    std::shared_ptr<MemberList> list;
    const bool exists = client.ref().with([&](KazooClient& zk) {
        list = std::make_shared<MemberList>(zk, client, path, layout);
    });
    if (!exists) {
        throw_error(Error(
            ClientErrc::connection_closed,
            Outcome::not_sent,
            client.recipe(),
            path,
            "the client has been destroyed"
        ));
    }
    return PartyStream(std::move(list));
}

AsyncResult<void> Membership::join(std::shared_ptr<Membership> member, CallLimits limits) {
    const Turn turn(member->joins_);
    auto begins = wait_for(member->handler(), turn.begins(), limits);
    const bool in_time = co_await direct(std::move(begins));
    if (!in_time) {
        throw_error(Error(
            Errc::operation_timeout,
            Outcome::not_applied,
            member->client.recipe(),
            member->path,
            "another join of this object has not ended within the time limit"
        ));
    }
    if (const auto leaving = member->leaving()) {
        const auto ended = KeptNode::until_ended(leaving, limits);  // it has the same path
        co_await direct(ended);
    }
    bool begun = false;
    const auto node = member->keep(begun);
    try {
        auto present = KeptNode::until_present(node, limits, KeptNode::Patience::with_error);
        static_cast<void>(co_await direct(std::move(present)));
    } catch (...) {
        if (begun) {
            static_cast<void>(member->give_up());
            node->stop(false);  // this may be the thread of the connection
        }
        throw;
    }
}

AsyncResult<bool> Membership::leave(std::shared_ptr<Membership> member, CallLimits limits) {
    const auto node = member->give_up();
    if (!node) {
        co_return false;
    }
    node->stop(true);
    auto removing = KeptNode::until_removed(node, limits);
    const bool existed = co_await direct(std::move(removing));
    co_return existed;
}

AsyncResult<void> Membership::set_data(
    std::shared_ptr<Membership> member, std::string data, bool null_data, CallLimits limits
) {
    std::shared_ptr<KeptNode> node;
    {
        std::string kept = data;
        const std::lock_guard lock(member->mutex_);
        member->data_.swap(kept);
        member->null_data_ = null_data;
        node = member->node_;
    }
    if (node && !node->ended()) {
        const auto generation = node->set_data(std::move(data), null_data);
        const auto applied = KeptNode::until_applied(node, generation, limits);
        co_await direct(applied);
    }
}

}  // namespace kazoo::detail::recipe
