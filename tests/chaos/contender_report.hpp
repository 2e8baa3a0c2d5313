// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "history/chronicle.hpp"
#include "history/verdict.hpp"

#include <kazoo/errors.hpp>

#include <cstddef>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace kazoo::chaos {

/// What a contender process reports, one line each.
namespace report_word {
inline constexpr std::string_view wrote = "wrote";      ///< data that were written
inline constexpr std::string_view refused = "refused";  ///< ... that were not: LockLostError
inline constexpr std::string_view failed = "failed";    ///< ... that were not, for another reason
inline constexpr std::string_view unknown = "unknown";  ///< ... whose fate the client cannot tell
inline constexpr std::string_view served = "served";    ///< a recipe acquired after the faults
inline constexpr std::string_view fault = "fault";      ///< a failure of the contender itself
}  // namespace report_word

/// The reports of all processes of one contender.
struct ContenderReport {
    struct WriteEnd {
        std::string data;
        bool good = false;
        Outcome outcome = Outcome::unknown;
    };
    int contender = 0;
    std::vector<WriteEnd> writes;
    std::size_t refused = 0;  ///< number of writes that found the lock lost
    std::set<std::string> served;
    std::vector<std::string> faults;
};

/// Reads the lines. A line that is not a report, such as one of a sanitizer, is a fault; a last
/// line without an end is ignored.
[[nodiscard]] ContenderReport read_report(int contender, std::string_view lines);

/// Fails if the servers' history contradicts what the contender reports of its writes, if the
/// contender has reported a fault, or has not acquired each of the recipes after the faults.
void check_report(
    const ContenderReport& report,
    const std::set<std::string>& recipes,
    const history::Chronicle& chronicle,
    history::Verdict& verdict
);

}  // namespace kazoo::chaos
