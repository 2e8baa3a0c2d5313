// SPDX-License-Identifier: Apache-2.0
#include "report.hpp"

#include <algorithm>
#include <iomanip>
#include <ostream>

namespace bench {
namespace {

struct Measure {
    std::string_view name;
    std::string_view unit;
    double Figures::*value;
};

constexpr std::array measures{
    Measure{"throughput", "op/s", &Figures::throughput},
    Measure{"cpu", "us/op", &Figures::cpu},
    Measure{"p50", "us", &Figures::p50},
    Measure{"p99", "us", &Figures::p99},
};

double median(std::vector<double> values) {
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

double median_of(const std::vector<Figures>& rounds, double Figures::*value) {
    std::vector<double> values;
    for (const auto& figures : rounds) {
        values.push_back(figures.*value);
    }
    return median(std::move(values));
}

double median_ratio(
    const std::vector<Figures>& ours, const std::vector<Figures>& theirs, double Figures::*value
) {
    std::vector<double> ratios;
    for (std::size_t round = 0; round < ours.size(); ++round) {
        ratios.push_back(ours[round].*value / theirs[round].*value);
    }
    return median(std::move(ratios));
}

}  // namespace

void print_table(std::ostream& out, const Contestants& contestants, const Turns& turns) {
    constexpr int name_width = 18;
    constexpr int number_width = 18;
    out << std::left << std::setw(name_width) << "case" << std::setw(name_width) << "subject"
        << std::right;
    for (const auto& measure : measures) {
        out << std::setw(number_width)
            << std::string(measure.name) + " (" + std::string(measure.unit) + ")";
    }
    out << '\n' << std::fixed;
    for (std::size_t which = 0; which < turns.size(); ++which) {
        for (std::size_t at = 0; at < contestants.size(); ++at) {
            out << std::left << std::setw(name_width) << case_names[which] << std::setw(name_width)
                << contestants[at].name << std::right;
            for (const auto& measure : measures) {
                const auto value = median_of(turns[which][at], measure.value);
                out << std::setw(number_width) << std::setprecision(value < 1000 ? 2 : 0) << value;
            }
            out << '\n';
        }
    }
}

void print_ratios(std::ostream& out, const Contestants& contestants, const Turns& turns) {
    out << std::fixed << std::setprecision(2);
    for (std::size_t ours = 0; ours < contestants.size(); ++ours) {
        if (contestants[ours].role != Role::ours) {
            continue;
        }
        for (std::size_t which = 0; which < turns.size(); ++which) {
            for (const auto& measure : measures) {
                for (std::size_t theirs = 0; theirs < contestants.size(); ++theirs) {
                    if (contestants[theirs].role == Role::reference) {
                        out << "RATIO " << case_names[which] << contestants[ours].suffix << ' '
                            << measure.name << " ours/" << contestants[theirs].name << ' '
                            << median_ratio(turns[which][ours], turns[which][theirs], measure.value)
                            << '\n';
                    }
                }
            }
        }
    }
}

}  // namespace bench
