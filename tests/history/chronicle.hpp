#pragma once

#include <kazoo/handler.hpp>

#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::history {

/// On whose behalf the servers are at work.
struct Author {
    static constexpr int nobody = -1;    ///< as when a session expires
    static constexpr int somebody = -2;  ///< what had waited, of any client
    int client = somebody;
    std::int64_t session = 0;
};

/// One change of one node, as the servers made it.
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

/// What a node looked like from one zxid on.
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

/// The history of the servers' tree: who changed what when, and what every node looked like at any
/// zxid. Knows nothing of the servers' own tree.
class Chronicle {
public:
    /// One change of a node; each after those before it.
    void add(const Write& write, std::int64_t owner = 0);
    /// Transactions up to this one have changed nothing else.
    void advance_to(std::int64_t zxid) { zxid_ = zxid; }

    [[nodiscard]] const std::vector<Write>& writes() const noexcept { return writes_; }
    /// Oldest first; begins with the time before everything.
    [[nodiscard]] const std::vector<Snapshot>& of(std::string_view path) const;
    /// Writes of this data. Every write of a client has data of its own.
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
