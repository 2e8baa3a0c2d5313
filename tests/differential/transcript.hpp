// SPDX-License-Identifier: Apache-2.0
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

/// Something that a client received. Entries are equal if they differ at most in the step.
struct Entry {
    std::size_t step = 0;  ///< the step it answers, or before whose reply it arrived
    std::string text;      ///< readable
    std::string exact;     ///< all bytes, masked
    bool notification = false;

    friend bool operator==(const Entry& a, const Entry& b) {
        return a.text == b.text && a.exact == b.exact;
    }
};

/// What each client received, in order; the last entry belongs to the final reader of the tree.
using Transcript = std::array<std::vector<Entry>, slots + 1>;

/// Maps values that differ between equivalent runs: sessions, transactions, times.
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

/// Masks a reply to a request of this opcode, or a notification. `frame` is the whole frame.
[[nodiscard]] Entry masked(codec::Opcode op, std::string_view frame, const Names& names);

/// The first difference between two runs.
struct Difference {
    std::size_t step = 0;
    std::size_t slot = 0;
    std::string left;
    std::string right;
};
[[nodiscard]] std::optional<Difference> compare(const Transcript& left, const Transcript& right);

}  // namespace kazoo::differential
