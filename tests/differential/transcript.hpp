#pragma once

#include "codec/opcode.hpp"
#include "script.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::differential {

/// Something that a client saw. Entries are equal if all but the step are.
struct Entry {
    std::size_t step = 0;  ///< that it answers, or before whose answer it came
    std::string text;      ///< for people
    std::string exact;     ///< all of it, masked
    bool notification = false;

    friend bool operator==(const Entry& a, const Entry& b) {
        return a.text == b.text && a.exact == b.exact;
    }
};

/// What each client saw, in its order; the last of them looked at the tree in the end.
using Transcript = std::array<std::vector<Entry>, slots + 1>;

/// What is called differently in two runs that are the same: sessions, transactions, times.
class Names {
public:
    void start(std::int64_t zxid) noexcept { first_zxid_ = zxid; }
    void add_session(std::int64_t id) { sessions_.emplace(id, sessions_.size() + 1); }
    [[nodiscard]] std::int64_t session(std::int64_t id) const;
    [[nodiscard]] std::int64_t zxid(std::int64_t zxid) const noexcept;

private:
    std::int64_t first_zxid_ = 0;
    std::map<std::int64_t, std::int64_t> sessions_;
};

/// A reply to a request of this opcode (or a notification), masked. `frame` is all of it.
[[nodiscard]] Entry masked(codec::Opcode op, std::string_view frame, const Names& names);

/// The first thing in which two runs differ.
struct Difference {
    std::size_t step = 0;
    std::size_t slot = 0;
    std::string left;
    std::string right;
};
[[nodiscard]] std::optional<Difference> compare(const Transcript& left, const Transcript& right);

}  // namespace kazoo::differential
