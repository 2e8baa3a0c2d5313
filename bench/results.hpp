// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <iosfwd>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bench {

/// Returns the median; 0 if there are no values.
[[nodiscard]] double median(std::vector<double> values);

/// Returns the name of a case with a variant in parentheses, such as "blocking-get(embedded,asio)".
[[nodiscard]] std::string with_variant(std::string_view name, std::string_view variant);

/// What is measured of whom.
struct Key {
    std::string name;     ///< of the case, with its variants
    std::string subject;  ///< such as "raw" or "kazoo-asio"
    std::string measure;  ///< such as "cpu"
    friend bool operator==(const Key&, const Key&) = default;
};

/// The values that the cases have measured, one per round, and the ratios between them.
class Results {
public:
    /// Adds the value of one round.
    void add(const Key& key, std::string_view unit, double value);
    /// Adds the ratio of two series, the median over the rounds of the ratio within one round:
    /// `RATIO <name> <measure of ours> ours/<reference> <x>`. Nothing if either has no values.
    void compare(std::string name, const Key& ours, const Key& theirs, std::string_view reference);
    /// Notes that a subject, or a whole case if `subject` is empty, was not measured.
    void skip(std::string name, std::string subject, std::string reason);

    /// Prints what was added since the last call: a table with the medians, the ratios, and what
    /// was skipped.
    void print_new(std::ostream& out);
    /// Writes everything as one JSON object; `environment` describes the run.
    using Environment = std::vector<std::pair<std::string, std::string>>;
    void write_json(std::ostream& out, const Environment& environment) const;

private:
    struct Series {
        Key key;
        std::string unit;
        std::vector<double> values;
    };
    struct Ratio {
        std::string name;
        std::string measure;
        std::string reference;
        double value = 0;
    };
    struct Skipped {
        std::string name;
        std::string subject;
        std::string reason;
    };

    [[nodiscard]] const Series* find(const Key& key) const;
    void print_table(std::ostream& out) const;

    std::vector<Series> series_;
    std::vector<Ratio> ratios_;
    std::vector<Skipped> skipped_;
    // How many of each print_new() has printed.
    std::size_t printed_series_ = 0;
    std::size_t printed_ratios_ = 0;
    std::size_t printed_skipped_ = 0;
};

}  // namespace bench
