// SPDX-License-Identifier: Apache-2.0
#include "results.hpp"

#include <algorithm>
#include <cmath>
#include <iomanip>
#include <ostream>
#include <sstream>

namespace bench {
namespace {

/// The width of the columns with the names of cases and subjects.
constexpr int name_width = 34;
constexpr int subject_width = 18;

std::string number(double value, int digits) {
    std::ostringstream text;
    text << std::fixed << std::setprecision(digits) << value;
    return text.str();
}

std::string rounded(double value) {
    constexpr double large = 1000;
    return number(value, std::abs(value) < large ? 2 : 0);
}

std::string quoted(std::string_view text) {
    constexpr std::string_view hex = "0123456789abcdef";
    std::string json = "\"";
    for (const char c : text) {
        const auto byte = static_cast<unsigned char>(c);
        if (c == '"' || c == '\\') {
            (json += '\\') += c;
        } else if (byte < ' ') {
            ((json += "\\u00") += hex[byte / 16]) += hex[byte % 16];
        } else {
            json += c;
        }
    }
    return json + '"';
}

/// JSON has no infinities.
std::string json_number(double value) {
    std::ostringstream text;
    text << std::setprecision(10) << value;
    return std::isfinite(value) ? text.str() : "null";
}

/// Writes `"name": [` and the elements, one a line.
template <class Elements, class Write>
void write_list(
    std::ostream& out, std::string_view name, const Elements& elements, const Write& write
) {
    out << "  " << quoted(name) << ": [";
    const char* separator = "\n    ";
    for (const auto& element : elements) {
        out << separator;
        write(element);
        separator = ",\n    ";
    }
    out << "\n  ]";
}

}  // namespace

double median(std::vector<double> values) {
    if (values.empty()) {
        return 0;
    }
    std::sort(values.begin(), values.end());
    const auto middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::string with_variant(std::string_view name, std::string_view variant) {
    std::string text(name);
    if (variant.empty()) {
        return text;
    }
    if (text.ends_with(')')) {
        text.back() = ',';
    } else {
        text += '(';
    }
    return text.append(variant) + ')';
}

const Results::Series* Results::find(const Key& key) const {
    const auto found = std::find_if(series_.begin(), series_.end(), [&](const Series& series) {
        return series.key == key;
    });
    return found != series_.end() ? &*found : nullptr;
}

void Results::add(const Key& key, std::string_view unit, double value) {
    for (auto& series : series_) {
        if (series.key == key) {
            series.values.push_back(value);
            return;
        }
    }
    series_.push_back({key, std::string(unit), {value}});
}

void Results::compare(
    std::string name, const Key& ours, const Key& theirs, std::string_view reference
) {
    const auto* const mine = find(ours);
    const auto* const other = find(theirs);
    if (mine == nullptr || other == nullptr) {
        return;
    }
    std::vector<double> ratios;
    for (std::size_t i = 0; i < std::min(mine->values.size(), other->values.size()); ++i) {
        ratios.push_back(mine->values[i] / other->values[i]);
    }
    ratios_.push_back(
        {std::move(name), ours.measure, std::string(reference), median(std::move(ratios))}
    );
}

void Results::skip(std::string name, std::string subject, std::string reason) {
    skipped_.push_back({std::move(name), std::move(subject), std::move(reason)});
}

void Results::print_table(std::ostream& out) const {
    const Series* line = nullptr;
    for (auto i = printed_series_; i < series_.size(); ++i) {
        const auto& series = series_[i];
        if (line == nullptr || line->key.name != series.key.name ||
            line->key.subject != series.key.subject) {
            out << (line != nullptr ? "\n" : "") << std::left << std::setw(name_width)
                << series.key.name << ' ' << std::setw(subject_width) << series.key.subject
                << std::right;
            line = &series;
        }
        out << "  " << series.key.measure << ' ' << rounded(median(series.values)) << ' '
            << series.unit;
    }
    out << (line != nullptr ? "\n" : "");
}

void Results::print_new(std::ostream& out) {
    print_table(out);
    printed_series_ = series_.size();
    for (; printed_ratios_ < ratios_.size(); ++printed_ratios_) {
        const auto& ratio = ratios_[printed_ratios_];
        out << "RATIO " << ratio.name << ' ' << ratio.measure << " ours/" << ratio.reference << ' '
            << number(ratio.value, 2) << '\n';
    }
    for (; printed_skipped_ < skipped_.size(); ++printed_skipped_) {
        const auto& one = skipped_[printed_skipped_];
        out << "SKIPPED " << one.name << (one.subject.empty() ? "" : " " + one.subject) << ": "
            << one.reason << '\n';
    }
    out << std::flush;
}

void Results::write_json(std::ostream& out, const Environment& environment) const {
    out << "{\n  \"environment\": {";
    const char* separator = "\n    ";
    for (const auto& [name, value] : environment) {
        out << separator << quoted(name) << ": " << quoted(value);
        separator = ",\n    ";
    }
    out << "\n  },\n";
    write_list(out, "results", series_, [&](const Series& series) {
        out << "{\"case\": " << quoted(series.key.name)
            << ", \"subject\": " << quoted(series.key.subject)
            << ", \"measure\": " << quoted(series.key.measure)
            << ", \"unit\": " << quoted(series.unit)
            << ", \"median\": " << json_number(median(series.values)) << ", \"rounds\": [";
        for (std::size_t i = 0; i < series.values.size(); ++i) {
            out << (i > 0 ? ", " : "") << json_number(series.values[i]);
        }
        out << "]}";
    });
    out << ",\n";
    write_list(out, "ratios", ratios_, [&](const Ratio& ratio) {
        out << "{\"case\": " << quoted(ratio.name) << ", \"measure\": " << quoted(ratio.measure)
            << ", \"reference\": " << quoted(ratio.reference)
            << ", \"ratio\": " << json_number(ratio.value) << "}";
    });
    out << ",\n";
    write_list(out, "skipped", skipped_, [&](const Skipped& one) {
        out << "{\"case\": " << quoted(one.name) << ", \"subject\": " << quoted(one.subject)
            << ", \"reason\": " << quoted(one.reason) << "}";
    });
    out << "\n}\n";
}

}  // namespace bench
