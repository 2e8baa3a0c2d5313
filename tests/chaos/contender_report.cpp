// SPDX-License-Identifier: Apache-2.0
#include "contender_report.hpp"

#include <utility>

namespace kazoo::chaos {
namespace {

void read_line(ContenderReport& report, std::string_view line) {
    const auto space = line.find(' ');
    const auto word = line.substr(0, space);
    const std::string rest(space == std::string_view::npos ? "" : line.substr(space + 1));
    if (word == report_word::wrote) {
        report.writes.push_back({rest, true, Outcome::unknown});
    } else if (word == report_word::refused || word == report_word::failed) {
        report.writes.push_back({rest, false, Outcome::not_applied});
        if (word == report_word::refused) ++report.refused;
    } else if (word == report_word::unknown) {
        report.writes.push_back({rest, false, Outcome::unknown});
    } else if (word == report_word::served) {
        report.served.insert(rest);
    } else {
        report.faults.push_back(word == report_word::fault ? rest : std::string(line));
    }
}

}  // namespace

ContenderReport read_report(int contender, std::string_view lines) {
    ContenderReport report;
    report.contender = contender;
    for (auto end = lines.find('\n'); end != std::string_view::npos; end = lines.find('\n')) {
        read_line(report, lines.substr(0, end));
        lines.remove_prefix(end + 1);
    }
    return report;
}

void check_report(
    const ContenderReport& report,
    const std::set<std::string>& recipes,
    const history::Chronicle& chronicle,
    history::Verdict& verdict
) {
    const auto who = "contender" + std::to_string(report.contender) + ": ";
    for (const auto& write : report.writes) {
        const auto times = chronicle.of_data(write.data).size();
        const bool may_be_applied = write.good || write.outcome == Outcome::unknown;
        if (times > 1 || (write.good && times == 0) || (!may_be_applied && times != 0)) {
            verdict.fail(
                who + "\"" + write.data + "\" was written " + std::to_string(times) +
                " times; the client was given: " +
                (write.good ? std::string("success") : std::string(to_string(write.outcome)))
            );
        }
    }
    for (const auto& recipe : recipes) {
        if (!report.served.contains(recipe)) {
            verdict.fail(who + "has not acquired " + recipe + " after the faults");
        }
    }
    for (const auto& fault : report.faults) verdict.fail(who + fault);
}

}  // namespace kazoo::chaos
