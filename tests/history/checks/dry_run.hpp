// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/call.hpp"
#include "history/chronicle.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <system_error>

namespace kazoo::history {

/// Executes the operations of a transaction on a copy of the nodes that they concern.
class DryRun {
public:
    /// On the tree after the transaction `zxid`.
    DryRun(const Chronicle& chronicle, std::int64_t zxid) : chronicle_(chronicle), zxid_(zxid) {}

    /// Executes one operation. Returns the error with which a server refuses it, and has then
    /// changed nothing.
    std::error_code execute(const Part& part);
    /// The state of a node after the operations so far.
    [[nodiscard]] const Snapshot& of(std::string_view path) { return node(path); }

private:
    Snapshot& node(std::string_view path);
    std::error_code create(const Part& part);

    const Chronicle& chronicle_;
    const std::int64_t zxid_;
    std::map<std::string, Snapshot, std::less<>> changed_;
};

/// The operation that fails if a transaction is executed, and why.
struct Refusal {
    std::size_t position = 0;  ///< of the marker 0, if there is one
    std::error_code reason;
    friend bool operator==(const Refusal&, const Refusal&) = default;
};

/// Executes a transaction on the tree after the transaction `zxid`. Returns what fails, if
/// anything.
[[nodiscard]] std::optional<Refusal> refusal_of(
    const Call& call, const Chronicle& chronicle, std::int64_t zxid
);

}  // namespace kazoo::history
