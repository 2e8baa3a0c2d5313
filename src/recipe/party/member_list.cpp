// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/member_list.hpp"

#include "recipe/repeated.hpp"

#include <kazoo/exceptions.hpp>

#include <algorithm>
#include <cstddef>
#include <utility>

namespace kazoo::detail::recipe {
namespace {

using Names = std::vector<std::string>;

/// Identifiers that are read by one request.
constexpr std::size_t batch = 200;

CallLimits no_limits(const RecipeClient& client) {
    const auto options = CallOptions().timeout(Duration::max());
    return CallLimits(options, *client.handler(), CallKind::waits);
}

/// Reads the data of members. Those that have left meanwhile are left out.
AsyncResult<Members> read_identifiers(
    RecipeClient client, std::string path, Names names, CallLimits limits
) {
    Members members;
    for (std::size_t from = 0; from < names.size(); from += batch) {
        const auto to = std::min(names.size(), from + batch);
        const auto read = [&](KazooClient& zk) {
            auto reads = zk.multi_read();
            for (auto i = from; i < to; ++i) {
                reads.get(path + "/" + names[i]);
            }
            return reads.read_async(limits.step());
        };
        auto reading = repeated<MultiReadResults>(client, limits, read);
        MultiReadResults results = co_await direct(std::move(reading));
        for (auto i = from; i < to; ++i) {
            auto& result = results[i - from];
            if (result.successful()) {
                members.emplace(names[i], std::move(result).node().data);
            } else if (result.error() != Errc::no_node) {
                throw_error(result.failure());
            }
        }
    }
    co_return members;
}

/// Returns the identifiers of members; reads those that are not part of the names.
AsyncResult<Members> identify(
    RecipeClient client, std::string path, MemberLayout layout, Names names, CallLimits limits
) {
    if (layout == MemberLayout::party) {
        auto reading = read_identifiers(client, std::move(path), std::move(names), limits);
        Members read = co_await direct(std::move(reading));
        co_return read;
    }
    Members members;
    for (auto& name : names) {
        std::string identifier(identifier_in(layout, name));
        members.emplace(std::move(name), std::move(identifier));
    }
    co_return members;
}

}  // namespace

AsyncResult<Names> list_member_names(
    RecipeClient client, std::string path, MemberLayout layout, CallLimits limits
) {
    Names names;
    try {
        const auto list = [path, limits](KazooClient& zk) {
            return zk.get_children_async(path, limits.step());
        };
        auto listing = repeated<Names>(client, limits, list);
        names = co_await direct(std::move(listing));
    } catch (const NoNodeError&) {
    }
    const auto is_other = [layout](const std::string& name) { return !is_member(layout, name); };
    names.erase(std::remove_if(names.begin(), names.end(), is_other), names.end());
    co_return names;
}

AsyncResult<Members> list_members(
    RecipeClient client, std::string path, MemberLayout layout, CallLimits limits
) {
    auto listing = list_member_names(client, path, layout, limits);
    Names names = co_await direct(std::move(listing));
    auto identifying = identify(client, std::move(path), layout, std::move(names), limits);
    Members members = co_await direct(std::move(identifying));
    co_return members;
}

/// One call of next().
class MemberList::Call {
public:
    explicit Call(std::shared_ptr<MemberList> list) : list_(std::move(list)) {
        if (list_->calling_.exchange(true)) {
            throw_error(Error(
                Errc::bad_arguments,
                Outcome::not_sent,
                "next",
                list_->path_,
                "the result of an earlier call of next is still pending"
            ));
        }
    }
    Call(const Call&) = delete;
    Call& operator=(const Call&) = delete;
    ~Call() { list_->calling_.store(false); }

private:
    const std::shared_ptr<MemberList> list_;
};

MemberList::MemberList(
    KazooClient& zk, const RecipeClient& client, std::string path, MemberLayout layout
)
    : client_(client),
      path_(std::move(path)),
      layout_(layout),
      stream_(zk, path_, ChildrenWatchOptions().wait_for_node()) {}

void MemberList::stop() noexcept {
    stopped_.store(true);
    stream_.stop();
}

/// Waits until the names have changed. Returns false if the stream has ended.
AsyncResult<bool> MemberList::read_next(std::shared_ptr<MemberList> list) {
    auto next = list->stream_.next();
    std::optional<ChildrenChange> change = co_await direct(std::move(next));
    if (change) {
        list->names_ = std::move(change->children);
    }
    co_return change.has_value();
}

/// Returns the members whose identifiers are not known yet.
std::vector<std::string> MemberList::unread() const {
    Names unread;
    for (const auto& name : *names_) {
        if (is_member(layout_, name) && !members_.contains(name)) {
            unread.push_back(name);
        }
    }
    return unread;
}

/// Completes the present state with what was read. Returns the change, if it is one.
std::optional<PartyChange> MemberList::accept(Members read) {
    for (const auto& name : *names_) {
        if (const auto known = members_.find(name); known != members_.end()) {
            read.insert(*known);
        }
    }
    auto change = change_between(members_, read);
    names_.reset();
    members_ = std::move(read);
    const bool first = !std::exchange(reported_, true);
    const bool differs = !change.joined.empty() || !change.left.empty();
    return first || differs ? std::optional(std::move(change)) : std::nullopt;
}

AsyncResult<std::optional<PartyChange>> MemberList::next(std::shared_ptr<MemberList> list) {
    if (!list) {
        co_return std::nullopt;  // moved from
    }
    const Call call(list);
    for (;;) {
        if (!list->names_) {
            auto reading = read_next(list);
            const bool continues = co_await direct(std::move(reading));
            if (!continues) {
                co_return std::nullopt;
            }
        }
        if (list->stopped_.load()) {
            co_return std::nullopt;
        }
        auto identifying = identify(
            list->client_, list->path_, list->layout_, list->unread(), no_limits(list->client_)
        );
        Members read = co_await direct(std::move(identifying));
        auto change = list->accept(std::move(read));
        if (change) {
            co_return std::move(change);
        }
    }
}

}  // namespace kazoo::detail::recipe

namespace kazoo {

PartyStream& PartyStream::operator=(PartyStream&& other) noexcept {
    if (this != &other) {
        stop();
        list_ = std::move(other.list_);
    }
    return *this;
}

PartyStream::~PartyStream() {
    stop();
}

AsyncResult<std::optional<PartyChange>> PartyStream::next() {
    return detail::recipe::MemberList::next(list_);
}

void PartyStream::stop() noexcept {
    if (list_) {
        list_->stop();
    }
}

}  // namespace kazoo
