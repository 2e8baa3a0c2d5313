// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/handler.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::history {

/// The client for which the servers make a change.
struct Author {
    static constexpr int nobody = -1;          ///< no client, as when a session expires
    static constexpr int unknown_client = -2;  ///< an unknown client, for deferred work
    int client = unknown_client;
    std::int64_t session = 0;
};

/// One change of one node by the servers.
struct Write {
    enum class Kind { create, set, remove };
    Kind kind = Kind::create;
    std::int64_t zxid = 0;
    TimePoint time;
    Author author;
    bool by_end_of_session = false;
    std::string path;
    std::string data;  // of create and set
};

/// The state of a node from one zxid on.
struct Snapshot {
    std::int64_t zxid = 0;
    TimePoint time;
    bool exists = false;
    std::string data;
    std::int64_t czxid = 0;
    std::int64_t mzxid = 0;
    std::int64_t pzxid = 0;
    std::int32_t version = 0;
    std::int64_t owner = 0;
    std::set<std::string> children;
};

/// The history of the servers' tree: who changed what and when, and the state of every node at any
/// zxid. Built from the writes alone, independently of the servers' own tree.
class Chronicle {
public:
    /// Adds one change of a node; call in order.
    void add(const Write& write, std::int64_t owner = 0);
    /// Transactions up to `zxid` contain no further changes.
    void advance_to(std::int64_t zxid) { zxid_ = zxid; }

    [[nodiscard]] const std::vector<Write>& writes() const noexcept { return writes_; }
    /// The states of a node, oldest first; the first one is before any write.
    [[nodiscard]] const std::vector<Snapshot>& of(std::string_view path) const;
    /// The state of a node after the transaction `zxid`.
    [[nodiscard]] const Snapshot& of(std::string_view path, std::int64_t zxid) const;
    /// The changes by the transaction `zxid`, in their order.
    [[nodiscard]] std::span<const Write> by(std::int64_t zxid) const;
    /// The writes with this data; each write of a client has unique data.
    [[nodiscard]] std::vector<const Write*> of_data(std::string_view data) const;
    [[nodiscard]] std::int64_t zxid() const noexcept { return zxid_; }

private:
    Snapshot& change(const std::string& path, const Write& write);

    std::int64_t zxid_ = 0;
    std::vector<Write> writes_;
    std::multimap<std::string, std::size_t, std::less<>> by_data_;
    std::map<std::string, std::vector<Snapshot>, std::less<>> nodes_;
};

}  // namespace kazoo::history
