// SPDX-License-Identifier: Apache-2.0
#include "watched_tree.hpp"

#include "support/wait_until.hpp"

#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>

#include <atomic>
#include <memory>

namespace kazoo::ensemble_tests {
namespace {

constexpr const char* own_node = "/k/watched";

bool is_ours(const std::string& path) {
    return path == "/zookeeper" || path.starts_with("/zookeeper/");
}

}  // namespace

WatchedTree::WatchedTree(const ClientOptions& options, std::chrono::seconds patience)
    : patience_(patience), zk_(options) {
    zk_->start(patience);
    session_ = zk_->client_id().value().session_id;
    zk_->create(ephemeral(), "", CreateOptions().ephemeral());
    report_.who = "the copy of the tree";
    report_.path = "/";
    report_.before = zk_->create_with_stat(own_node).stat.czxid;
    report_.runs.emplace_back();
    handle_ = zk_->add_watch(
        "/", WatchMode::persistent_recursive, Watcher([this](const WatchedEvent& event) {
            on_event(event);
        })
    );
    on_gap();
}

std::size_t WatchedTree::gaps() {
    const std::lock_guard lock(mutex_);
    return report_.runs.size() - 1;
}

std::size_t WatchedTree::events() {
    const std::lock_guard lock(mutex_);
    std::size_t count = 0;
    for (const auto& run : report_.runs) count += run.events.size();
    return count;
}

void WatchedTree::on_event(const WatchedEvent& event) {
    std::unique_lock lock(mutex_);
    if (is_at_rest_) return;
    switch (event.type) {
        case EventType::CREATED:
        case EventType::CHANGED:
        case EventType::DELETED: {
            const auto& path = event.path.value();
            if (is_ours(path)) return;
            report_.runs.back().events.emplace_back(event.type, path);
            lock.unlock();
            return read(path);
        }
        case EventType::GAP:
            report_.runs.emplace_back();
            lock.unlock();
            return on_gap();
        default:
            faults_.push_back(std::string("the watch got the event ") + to_string(event.type));
    }
}

/// Everything is read again behind the write, and so shows all changes up to it.
void WatchedTree::on_gap() {
    std::unique_lock lock(mutex_);
    const auto run = report_.runs.size() - 1;
    lock.unlock();
    follow(mark(), [this, run](const ZnodeStat& stat) {
        note_write(run, stat.mzxid);
        read_all_again();
    });
}

/// A write that had not been sent when the connection was lost is sent on the next one, and is then
/// behind the gap that follows this run. That gap has been dispatched before the reply.
void WatchedTree::note_write(std::size_t run, std::int64_t zxid) {
    zk_->handler()->dispatch(Lane::callback, [this, run, zxid] {
        const std::lock_guard lock(mutex_);
        if (is_at_rest_ || run + 1 != report_.runs.size()) return;
        auto& read_up_to = report_.runs[run].read_up_to;
        if (!read_up_to) read_up_to = zxid;
    });
}

AsyncResult<ZnodeStat> WatchedTree::mark() {
    return zk_->set_async(own_node, "");
}

void WatchedTree::read(const std::string& path) {
    const auto result = zk_->get_async(path);
    std::unique_lock lock(mutex_);
    ++under_way_;
    lock.unlock();
    result.rawlink([this, path](const AsyncResult<NodeData>& done) {
        const auto got = done.result();
        const std::lock_guard on_reply(mutex_);
        --under_way_;
        if (is_at_rest_) return;
        if (got.has_value()) {
            copy_[path] = got.value().data;
        } else if (got.failure().code() == Errc::no_node) {
            copy_.erase(path);
        } else {
            note_failure(got.failure());
        }
    });
}

void WatchedTree::read_below(const std::string& path) {
    follow(zk_->get_children_async(path), [this, path](const std::vector<std::string>& names) {
        for (const auto& name : names) {
            const auto child = (path == "/" ? "" : path) + "/" + name;
            if (is_ours(child)) continue;
            read(child);
            read_below(child);
        }
    });
}

/// Nodes that were deleted in the gap are found by reading all that the copy contains. Replies to
/// earlier requests have been applied to it, because this runs behind them on the completion lane.
void WatchedTree::read_all_again() {
    std::unique_lock lock(mutex_);
    const auto known = copy_;
    lock.unlock();
    for (const auto& [path, data] : known) read(path);
    read_below("/");
}

template <class T, class Take>
void WatchedTree::follow(const AsyncResult<T>& result, Take take) {
    std::unique_lock lock(mutex_);
    ++under_way_;
    lock.unlock();
    result.rawlink([this, take](const AsyncResult<T>& done) {
        const auto got = done.result();
        if (got.has_value()) take(got.value());
        const std::lock_guard on_reply(mutex_);
        --under_way_;
        if (!got.has_value() && got.failure().code() != Errc::no_node) {
            note_failure(got.failure());
        }
    });
}

/// Called with mutex_ locked.
void WatchedTree::note_failure(const Error& error) {
    if (error.code() != Errc::connection_loss) faults_.emplace_back(error.message());
}

bool WatchedTree::is_quiet() {
    const std::lock_guard lock(mutex_);
    return under_way_ == 0 && report_.runs.back().read_up_to.has_value();
}

/// The events of changes precede the reply to a later write, and the callback lane keeps the order.
bool WatchedTree::come_to_rest() {
    const auto deadline = std::chrono::steady_clock::now() + patience_;
    while (std::chrono::steady_clock::now() < deadline) {
        const auto written = mark();
        if (!written.wait(patience_)) return false;
        const auto got = written.result();
        if (!got.has_value()) continue;
        const auto reached = std::make_shared<std::atomic<bool>>(false);
        zk_->handler()->dispatch(Lane::callback, [reached] { *reached = true; });
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now()
        );
        const bool is_over =
            testing_support::wait_until([&] { return reached->load() && is_quiet(); }, left);
        if (!is_over) return false;
        const std::lock_guard lock(mutex_);
        report_.at_rest = got.value().mzxid;
        is_at_rest_ = true;
        return true;
    }
    return false;
}

}  // namespace kazoo::ensemble_tests
