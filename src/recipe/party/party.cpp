// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/member_list.hpp"
#include "recipe/party/membership.hpp"
#include "recipe/repeated.hpp"

#include <kazoo/recipes/party.hpp>

#include <utility>

namespace kazoo {
namespace {

using namespace detail::recipe;

using Names = std::vector<std::string>;

AsyncResult<Names> member_identifiers(std::shared_ptr<Membership> member, CallLimits limits) {
    auto listing = list_members(member->client, member->path, member->layout, limits);
    const Members members = co_await direct(std::move(listing));
    co_return identifiers_of(members);
}

/// Counts members by their names: without a read of their data.
AsyncResult<std::int32_t> count_members(std::shared_ptr<Membership> member, CallLimits limits) {
    auto listing = list_member_names(member->client, member->path, member->layout, limits);
    const Names names = co_await direct(std::move(listing));
    co_return static_cast<std::int32_t>(names.size());
}

std::shared_ptr<Membership> make(
    KazooClient& client,
    const char* recipe,
    PathView path,
    MemberLayout layout,
    std::string_view identifier,
    const PartyOptions& options
) {
    return std::make_shared<Membership>(
        RecipeClient(client, recipe), path, layout, identifier, identifier, options
    );
}

}  // namespace

namespace detail {

PartyBase& PartyBase::operator=(PartyBase&& other) noexcept {
    if (this != &other) {
        if (membership_) {
            membership_->end();
        }
        membership_ = std::move(other.membership_);
    }
    return *this;
}

PartyBase::~PartyBase() {
    if (membership_) {
        membership_->end();
    }
}

AsyncResult<void> PartyBase::join_async(const CallOptions& options) {
    return Membership::join(membership_, membership_->limits(options, CallKind::waits));
}

void PartyBase::join(const CallOptions& options) {
    check_may_block(membership_->client);
    join_async(options).get();
}

AsyncResult<bool> PartyBase::leave_async(const CallOptions& options) {
    return Membership::leave(membership_, membership_->limits(options, CallKind::waits));
}

bool PartyBase::leave(const CallOptions& options) {
    check_may_block(membership_->client);
    return leave_async(options).get();
}

bool PartyBase::participating() const noexcept {
    return membership_->participating();
}

AsyncResult<Names> PartyBase::members_async(const CallOptions& options) {
    return member_identifiers(membership_, membership_->limits(options, CallKind::does_not_wait));
}

Names PartyBase::members(const CallOptions& options) {
    check_may_block(membership_->client);
    return members_async(options).get();
}

AsyncResult<std::int32_t> PartyBase::size_async(const CallOptions& options) {
    return count_members(membership_, membership_->limits(options, CallKind::does_not_wait));
}

std::int32_t PartyBase::size(const CallOptions& options) {
    check_may_block(membership_->client);
    return size_async(options).get();
}

PartyStream PartyBase::stream() const {
    return membership_->stream();
}

}  // namespace detail

Party::Party(
    KazooClient& client, PathView path, std::string_view identifier, const PartyOptions& options
)
    : PartyBase(make(client, "Party", path, MemberLayout::party, identifier, options)) {}

ShallowParty::ShallowParty(
    KazooClient& client, PathView path, std::string_view identifier, const PartyOptions& options
)
    : PartyBase(make(client, "ShallowParty", path, MemberLayout::shallow, identifier, options)) {}

}  // namespace kazoo
