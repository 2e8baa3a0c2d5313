// SPDX-License-Identifier: Apache-2.0
#include "comparison.hpp"

#include "shrink.hpp"

#include <cctype>
#include <cstdio>

namespace kazoo::differential {
namespace {

constexpr int shrinking_attempts = 1500;

/// Same length as the placeholder.
std::string root_number(unsigned number) {
    char name[root_placeholder.size() + 1];
    std::snprintf(name, sizeof name, "/r%07u", number % 10'000'000);
    return name;
}

/// The text without digits and quoted names.
std::string shape(const std::string& text) {
    std::string kept;
    bool quoted = false;
    for (const char c : text) {
        quoted = quoted != (c == '\'');
        if (!quoted && std::isdigit(static_cast<unsigned char>(c)) == 0) {
            kept += c;
        }
    }
    return kept;
}

/// True if two differences probably have the same cause.
bool alike(const Difference& a, const Difference& b) {
    return shape(a.left) == shape(b.left) && shape(a.right) == shape(b.right);
}

}  // namespace

std::optional<Difference> Comparison::run(const Script& script) {
    const auto root = root_number(++played_);
    const auto left = left_.play(script, root);
    return compare(left, right_.play(script, root));
}

Script Comparison::shortest(const Script& script, const Difference& difference) {
    return shrink(
        script,
        difference.step,
        [&](const Script& shorter) {
            const auto still = run(shorter);
            return still && alike(*still, difference);
        },
        shrinking_attempts
    );
}

void Comparison::explain(const Script& script, const Difference& difference, std::ostream& out) {
    out << "seed " << script.seed << ", " << script.steps.size() << " steps: a difference\n";
    print(script, difference, out);
    const auto shorter = shortest(script, difference);
    const auto remaining = run(shorter);
    if (!remaining) {
        out << "not repeatable\n";
        return;
    }
    out << "the shortest script that shows one, of " << shorter.steps.size() << " steps:\n"
        << describe(shorter);
    print(shorter, *remaining, out);
}

void Comparison::print(const Script& script, const Difference& difference, std::ostream& out)
    const {
    out << "at step " << difference.step << ", ";
    if (difference.slot == slots) {
        out << "the tree in the end";
    } else {
        out << "seen by client " << difference.slot;
    }
    if (difference.step < script.steps.size()) {
        out << ", which is " << describe(script.steps[difference.step]);
    }
    out << "\n  " << left_.target().name() << ": " << difference.left << "\n  "
        << right_.target().name() << ": " << difference.right << '\n';
}

}  // namespace kazoo::differential
