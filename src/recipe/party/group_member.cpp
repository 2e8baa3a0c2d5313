// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/membership.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/recipes/group_member.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

using Data = std::map<std::string, std::string>;

AsyncResult<Data> read_group(std::shared_ptr<Membership> member, CallLimits limits) {
    using Children = std::vector<ChildNode>;
    Data data;
    const auto read = [member, limits](KazooClient& zk) {
        return zk.get_children_with_data_async(member->path, limits.step());
    };
    try {
        auto reading = repeated<Children>(member->client, limits, read);
        Children children = co_await direct(std::move(reading));
        for (auto& child : children) {
            data.emplace(std::move(child.name), std::move(child.node.data));
        }
    } catch (const NoNodeError&) {
    }
    co_return data;
}

AsyncResult<void> set_member_data(
    std::shared_ptr<Membership> member, const DataView& data, CallLimits limits
) {
    if (data.from_null_pointer()) {
        throw_error(Error(
            Errc::bad_arguments,
            Outcome::not_sent,
            member->client.recipe(),
            member->path,
            "the data was made from a null pointer"
        ));
    }
    std::string bytes(data.bytes().value_or(std::string_view()));
    const auto setting = Membership::set_data(member, std::move(bytes), !data.bytes(), limits);
    co_await direct(setting);
}

}  // namespace

GroupMember::GroupMember(
    KazooClient& client,
    PathView path,
    std::string_view id,
    const DataView& data,
    const PartyOptions& options
)
    : membership_(std::make_shared<Membership>(
          RecipeClient(client, "GroupMember"), path, MemberLayout::group, id, data, options
      )) {}

GroupMember& GroupMember::operator=(GroupMember&& other) noexcept {
    if (this != &other) {
        if (membership_) {
            membership_->end();
        }
        membership_ = std::move(other.membership_);
    }
    return *this;
}

GroupMember::~GroupMember() {
    if (membership_) {
        membership_->end();
    }
}

AsyncResult<void> GroupMember::join_async(const CallOptions& options) {
    return Membership::join(membership_, membership_->limits(options, CallKind::waits));
}

void GroupMember::join(const CallOptions& options) {
    check_may_block(membership_->client);
    join_async(options).get();
}

AsyncResult<bool> GroupMember::leave_async(const CallOptions& options) {
    return Membership::leave(membership_, membership_->limits(options, CallKind::waits));
}

bool GroupMember::leave(const CallOptions& options) {
    check_may_block(membership_->client);
    return leave_async(options).get();
}

bool GroupMember::participating() const noexcept {
    return membership_->participating();
}

AsyncResult<void> GroupMember::set_data_async(const DataView& data, const CallOptions& options) {
    return set_member_data(membership_, data, membership_->limits(options, CallKind::waits));
}

void GroupMember::set_data(const DataView& data, const CallOptions& options) {
    check_may_block(membership_->client);
    set_data_async(data, options).get();
}

AsyncResult<Data> GroupMember::members_async(const CallOptions& options) {
    return read_group(membership_, membership_->limits(options, CallKind::does_not_wait));
}

Data GroupMember::members(const CallOptions& options) {
    check_may_block(membership_->client);
    return members_async(options).get();
}

PartyStream GroupMember::stream() const {
    return membership_->stream();
}

}  // namespace kazoo
