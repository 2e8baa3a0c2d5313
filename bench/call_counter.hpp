// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

namespace bench {

/// Counts the system calls of a command: by `perf stat` where it may read the kernel's trace
/// points, because that hardly slows the command down; otherwise by `strace`, which does.
class CallCounter {
public:
    /// Calls by name, and their number as "total".
    using Counts = std::map<std::string, double>;

    /// Returns std::nullopt if neither program is installed and may trace.
    [[nodiscard]] static std::optional<CallCounter> find();

    /// Runs the command to its end. Throws std::runtime_error if it fails.
    [[nodiscard]] Counts count(const std::vector<std::string>& command) const;
    /// Returns the name of the program that counts.
    [[nodiscard]] std::string program() const { return by_perf_ ? "perf" : "strace"; }

private:
    explicit CallCounter(bool by_perf) noexcept : by_perf_(by_perf) {}

    bool by_perf_;
};

}  // namespace bench
