// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/checks/watch_runs.hpp"

#include <kazoo/client.hpp>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace kazoo::ensemble_tests {

/// A client that keeps a copy of the tree, as programs do: it reads each node that its recursive
/// watch reports, and after a gap all nodes. It ignores /zookeeper. The node /k must exist; the
/// client has a node there, and an ephemeral one.
///
/// Reads are applied to the copy in the order of the requests, which those keep that the client
/// sends again after a lost connection. A read that fails with ConnectionLoss needs no repetition,
/// because the gap behind it leads to another one.
class WatchedTree {
public:
    /// Connects, and sets the watch. The options must leave the handler to the client.
    WatchedTree(const ClientOptions& options, std::chrono::seconds patience);

    [[nodiscard]] KazooClient& client() noexcept { return *zk_; }
    /// The session in which the watch was set.
    [[nodiscard]] std::int64_t session() const noexcept { return session_; }
    /// Path of its ephemeral node.
    [[nodiscard]] static const char* ephemeral() { return "/e/own"; }
    /// Number of gaps so far.
    [[nodiscard]] std::size_t gaps();
    [[nodiscard]] std::size_t events();

    /// Call when nothing changes the tree any more: waits until the copy is complete. Returns false
    /// after `patience`.
    [[nodiscard]] bool come_to_rest();
    /// What the watch has reported until then.
    [[nodiscard]] const history::WatchReport& report() const noexcept { return report_; }
    /// Data by path.
    [[nodiscard]] const std::map<std::string, std::string>& copy() const noexcept { return copy_; }
    /// What must not have happened, such as the end of the watch.
    [[nodiscard]] const std::vector<std::string>& faults() const noexcept { return faults_; }

private:
    void on_event(const WatchedEvent& event);
    void on_gap();
    /// Writes to the own node; the first write of a run that succeeds tells what its reads show.
    AsyncResult<ZnodeStat> mark();
    void note_write(std::size_t run, std::int64_t zxid);
    void read(const std::string& path);
    void read_below(const std::string& path);
    void read_all_again();
    template <class T, class Take>
    void follow(const AsyncResult<T>& result, Take take);
    void note_failure(const Error& error);
    [[nodiscard]] bool is_quiet();

    const std::chrono::seconds patience_;
    std::mutex mutex_;
    // Guarded by mutex_, and unchanged once is_at_rest_ is set:
    history::WatchReport report_;
    std::map<std::string, std::string> copy_;
    std::vector<std::string> faults_;
    std::size_t under_way_ = 0;  // requests
    bool is_at_rest_ = false;

    std::int64_t session_ = 0;
    WatchHandle handle_;
    std::optional<KazooClient> zk_;  // last: its destructor waits for the callbacks
};

}  // namespace kazoo::ensemble_tests
