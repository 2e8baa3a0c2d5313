// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace kazoo::history {

/// Collects the failures that the checks report.
class Verdict {
public:
    void fail(std::string what) {
        constexpr std::size_t enough = 20;
        if (faults_.size() < enough) {
            faults_.push_back(std::move(what));
        }
    }
    [[nodiscard]] bool good() const noexcept { return faults_.empty(); }
    [[nodiscard]] const std::vector<std::string>& faults() const noexcept { return faults_; }

private:
    std::vector<std::string> faults_;
};

}  // namespace kazoo::history
