// SPDX-License-Identifier: Apache-2.0
#include "recipe/party/kept_node.hpp"

#include "recipe/party/keep_steps.hpp"

#include <kazoo/detail/reserved_call.hpp>
#include <kazoo/detail/retry_run.hpp>
#include <kazoo/exceptions.hpp>

#include <exception>
#include <new>
#include <utility>
#include <vector>

namespace kazoo::detail::recipe {
namespace {

/// How much longer the path of a node may be than the one given: by its number, and the prefix of
/// CreateOptions::protect.
constexpr std::size_t max_added = 64;

}  // namespace

std::shared_ptr<KeptNode> KeptNode::begin(
    const RecipeClient& client, KeptParameters parameters, NodeCallbacks::Functions functions
) {
    const auto node =
        std::make_shared<KeptNode>(client, std::move(parameters), std::move(functions));
    node->watcher_ = Watcher([weak = node->weak_from_this()](const WatchedEvent&) {
        if (const auto self = weak.lock()) {
            {
                const std::lock_guard lock(self->mutex_);
                self->plan_.fired();
            }
            self->wake();
        }
    });
    node->listener_.add(node);
    try {
        const auto keeping = keep(node);
        if (keeping.ready() && !keeping.successful()) {
            throw std::bad_alloc();  // there was no memory for the coroutine
        }
    } catch (...) {
        node->finish();
        throw;
    }
    return node;
}

KeptNode::KeptNode(
    const RecipeClient& client, KeptParameters parameters, NodeCallbacks::Functions functions
)
    : client_(client),
      parameters_(std::move(parameters)),
      callbacks_(std::make_shared<NodeCallbacks>(client, parameters_.path, std::move(functions))),
      waiters_(client.handler()),
      listener_(client.ref()),
      plan_(parameters_.rules),
      data_(parameters_.data),
      null_data_(parameters_.null_data),
      path_(parameters_.rules.named ? parameters_.path : std::string()) {}

/// Returns whether the listener is not needed any more.
bool KeptNode::on_state(const StateChange& change) {
    bool ended = false;
    {
        const std::lock_guard lock(mutex_);
        plan_.state_changed(change);
        ended = plan_.ended().has_value();
    }
    wake();
    return ended;
}

void KeptNode::on_client_end() noexcept {
    {
        const std::lock_guard lock(mutex_);
        plan_.end(KeepEnd::client_ended);
    }
    client_gone_.request_stop();
    wake();
}

void KeptNode::wake() noexcept {
    woken_.set();
    waiters_.notify();
}

bool KeptNode::present() const noexcept {
    const auto session = client_.session();
    const std::lock_guard lock(mutex_);
    // The client knows the end of a session before it is reported to the plan.
    return plan_.present() && (!parameters_.rules.ephemeral || stat_->ephemeral_owner == session);
}

std::optional<std::string> KeptNode::path() const {
    const std::lock_guard lock(mutex_);
    return reported_czxid_ != 0 ? std::optional(path_) : std::nullopt;
}

std::optional<KeepEnd> KeptNode::ended() const noexcept {
    const std::lock_guard lock(mutex_);
    return plan_.ended();
}

void KeptNode::stop(bool wait) noexcept {
    callbacks_->stop(wait);
    {
        const std::lock_guard lock(mutex_);
        plan_.stop();
    }
    interrupted_.request_stop();
    wake();
}

std::uint64_t KeptNode::set_data(std::string data, bool null_data) {
    std::uint64_t generation = 0;
    {
        const std::lock_guard lock(mutex_);
        data_.swap(data);
        null_data_ = null_data;
        generation = plan_.change_data();
    }
    wake();
    return generation;
}

// Steps.

KeepStep KeptNode::next_step() {
    woken_.clear();  // before the plan is asked: an event that comes later sets it again
    const std::lock_guard lock(mutex_);
    const auto step = plan_.next();
    if (step == KeepStep::wait && plan_.present()) {
        error_.reset();
        reported_ = std::error_code();
    }
    return step;
}

AsyncResult<std::optional<ZnodeStat>> KeptNode::look() {
    std::string path;
    bool watched = true;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
        watched = !plan_.stopping();
    }
    return client_.call([&](KazooClient& zk) {
        return zk.exists_async(
            path, watched ? watcher_ : Watcher(), CallOptions().timeout(Duration::max())
        );
    });
}

void KeptNode::on_look(const std::optional<ZnodeStat>& stat) {
    const auto session = client_.session();
    std::string created;
    std::optional<Error> blocked;
    {
        const std::lock_guard lock(mutex_);
        stat_ = stat;
        auto seen = NodeSeen::absent;
        if (stat) {
            seen = plan_.found(stat->ephemeral_owner, session);
        } else {
            plan_.absent();
        }
        if (seen == NodeSeen::foreign && !plan_.stopping()) {
            blocked = Error(
                Errc::node_exists,
                Outcome::not_applied,
                client_.recipe(),
                path_,
                "a node of another owner is in the way, and is waited for"
            );
        }
        if (seen == NodeSeen::own && reported_czxid_ != stat->czxid) {
            reported_czxid_ = stat->czxid;
            created = path_;
        }
        if (blocked) {
            error_.reset();
            if (std::exchange(reported_, blocked->code()) == blocked->code()) {
                blocked.reset();
            }
        }
    }
    if (!created.empty()) {
        callbacks_->created(created);
    }
    if (blocked) {
        callbacks_->failed(*blocked);
    }
    waiters_.notify();
}

/// Notes in which session a node is about to be made, and with which data.
void KeptNode::sending() {
    const auto session = client_.session();
    const std::lock_guard lock(mutex_);
    plan_.sent_in(session);
    sent_data_ = plan_.wanted_data();
}

/// Returns the options of a create at the path that the node has had before.
CreateOptions KeptNode::options_again() const {
    CreateOptions options = parameters_.create;
    return options.sequence(false).protect(false);
}

DataView KeptNode::data_locked() const noexcept {
    return null_data_ ? DataView(std::nullopt) : DataView(data_);
}

AsyncResult<std::string> KeptNode::create() {
    sending();
    std::string path;
    std::string data;
    bool null_data = false;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
        path_.reserve(parameters_.path.size() + max_added);  // nothing may throw after the create
        data = data_;
        null_data = null_data_;
    }
    const auto options = path.empty() ? parameters_.create : options_again();
    return client_.call([&](KazooClient& zk) {
        return zk.create_async(
            path.empty() ? parameters_.path : path,
            null_data ? DataView(std::nullopt) : DataView(data),
            CreateOptions(options).makepath(!parameters_.container_parent),
            CallOptions().timeout(Duration::max())
        );
    });
}

AsyncResult<std::string> KeptNode::create_parent(bool container) {
    const auto parent = parameters_.path.substr(0, parameters_.path.rfind('/'));
    auto options = CreateOptions().container(container).makepath();
    if (parameters_.create.acl()) {
        options.acl(*parameters_.create.acl());
    }
    return client_.call([&](KazooClient& zk) {
        return zk.create_async(parent, "", options, CallOptions().timeout(Duration::max()));
    });
}

AsyncResult<TransactionResults> KeptNode::replace() {
    sending();
    std::optional<Transaction> transaction;
    client_.ref().with([&](KazooClient& zk) { transaction = zk.transaction(); });
    if (transaction) {
        const std::lock_guard lock(mutex_);
        transaction->delete_(path_, stat_ ? stat_->version : -1);
        transaction->create(path_, data_locked(), options_again());
    }
    return client_.call([&](KazooClient&) {
        return transaction->commit_async(CallOptions().timeout(Duration::max()));
    });
}

AsyncResult<ZnodeStat> KeptNode::set() {
    sending();
    std::string path;
    std::string data;
    bool null_data = false;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
        data = data_;
        null_data = null_data_;
    }
    return client_.call([&](KazooClient& zk) {
        return zk.set_async(
            path,
            null_data ? DataView(std::nullopt) : DataView(data),
            CallOptions().timeout(Duration::max())
        );
    });
}

AsyncResult<void> KeptNode::remove() {
    std::string path;
    std::int64_t czxid = 0;
    {
        const std::lock_guard lock(mutex_);
        path = path_;
        czxid = stat_->czxid;
    }
    const auto options = ReservedCall::mark(CallOptions().timeout(Duration::max()));
    return client_.call([&](KazooClient& zk) {
        return zk.delete_guaranteed_async(path, czxid, options);
    });
}

void KeptNode::on_done(std::string_view path) {
    const std::lock_guard lock(mutex_);
    if (path_.empty()) {
        path_ = path;  // has room
    }
    plan_.done(sent_data_);
}

void KeptNode::on_removed(bool existed) {
    const std::lock_guard lock(mutex_);
    existed_ = existed;
    plan_.removed();
}

bool KeptNode::on_failure(KeepStep step, const Error& error) {
    const auto why = keep_failure(error);
    const bool fatal = step == KeepStep::remove && why == KeepFailure::report;
    bool report = false;
    {
        const std::lock_guard lock(mutex_);
        plan_.failed(why, error.outcome() == Outcome::unknown);
        if (fatal) {
            failure_ = error;
            plan_.end(KeepEnd::failed);
        }
        if (why == KeepFailure::report) {
            error_ = error;
            report = std::exchange(reported_, error.code()) != error.code();
        }
    }
    if (report) {
        callbacks_->failed(error);
    }
    waiters_.notify();
    return !fatal && why != KeepFailure::changed && why != KeepFailure::closed;
}

AsyncResult<void> KeptNode::pause(Duration duration) const {
    const Error cancelled(ClientErrc::cancelled, Outcome::not_applied);
    std::vector<std::stop_token> stops = {client_gone_.get_token()};
    if (!interrupted_.stop_requested()) {  // otherwise it is a pause of the removal
        stops.push_back(interrupted_.get_token());
    }
    return detail::sleep_async(handler(), duration, stops, cancelled);
}

void KeptNode::give_up(Error error) {
    callbacks_->failed(error);
    const std::lock_guard lock(mutex_);
    failure_ = std::move(error);
    plan_.end(KeepEnd::failed);
}

void KeptNode::finish() noexcept {
    {
        const std::lock_guard lock(mutex_);
        plan_.end(KeepEnd::client_ended);  // if the loop was destroyed with the coroutine
    }
    listener_.remove();
    waiters_.notify();
}

}  // namespace kazoo::detail::recipe
