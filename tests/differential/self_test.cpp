// SPDX-License-Identifier: Apache-2.0
#include "self_test.hpp"

#include "comparison.hpp"
#include "embedded_target.hpp"
#include "generator.hpp"

#include <functional>
#include <sstream>

namespace kazoo::differential {
namespace {

constexpr std::size_t zxid_end = 12;
constexpr std::size_t header_size = 16;

/// A server whose frames are altered.
class AlteredTarget final : public Target {
public:
    /// May change a frame.
    using Alter = std::function<void(std::string& frame)>;

    AlteredTarget(std::unique_ptr<Target> whole, Alter alter)
        : whole_(std::move(whole)), alter_(std::move(alter)) {}

    std::string name() const override { return "altered " + whole_->name(); }
    Link open() override { return whole_->open(); }
    void send(Link link, std::string_view bytes) override { whole_->send(link, bytes); }
    Received receive(Link link, std::chrono::milliseconds patience) override {
        auto received = whole_->receive(link, patience);
        alter_(received.bytes);
        return received;
    }
    void close(Link link) override { whole_->close(link); }

private:
    std::unique_ptr<Target> whole_;
    Alter alter_;
};

/// Changes error -103 to -101.
void alter_error(std::string& frame) {
    if (frame.size() == header_size && frame.substr(zxid_end) == "\xff\xff\xff\x99") {
        frame.back() = '\x9b';
    }
}

/// Turns notifications of changed data into deletions.
void alter_notification(std::string& frame) {
    if (frame.size() > header_size + 4 && frame.substr(0, 4) == "\xff\xff\xff\xff" &&
        frame[header_size + 3] == 3) {
        frame[header_size + 3] = 2;
    }
}

/// Increments pzxid, the last field of a Stat, in replies that end with one, if cversion is 2 (such
/// as after a child was created and deleted).
void alter_stat(std::string& frame) {
    constexpr std::size_t stat_size = 68;
    if (frame.size() == header_size + stat_size && frame[frame.size() - 9] == 2) {
        ++frame.back();
    }
}

struct Defect {
    const char* name;
    void (*alter)(std::string& frame);
    std::size_t most_steps;  // allowed in the reduced script, with a margin
};

constexpr Defect defects[] = {
    {"an error", alter_error, 8},
    {"a notification", alter_notification, 8},
    {"a stat", alter_stat, 8},
};

constexpr server::Profile profile{};
constexpr std::size_t steps = 500;
constexpr std::uint64_t most_scripts = 20;

bool finds(const Defect& defect, std::ostream& out) {
    const auto whole = embed(profile);
    AlteredTarget altered(embed(profile), defect.alter);
    Comparison comparison(*whole, altered);
    for (std::uint64_t seed = 1; seed <= most_scripts; ++seed) {
        const auto script = generate(seed, steps, profile);
        const auto difference = comparison.run(script);
        if (!difference) {
            continue;
        }
        const auto shorter = comparison.shortest(script, *difference);
        std::ostringstream explanation;
        comparison.explain(shorter, *comparison.run(shorter), explanation);
        out << defect.name << ", altered on the way: " << explanation.str();
        return shorter.steps.size() <= defect.most_steps &&
               explanation.str().find("altered embedded") != std::string::npos;
    }
    out << defect.name << ", altered on the way, was not noticed\n";
    return false;
}

bool equals_itself(std::ostream& out) {
    const auto left = embed(profile);
    const auto right = embed(profile);
    Comparison comparison(*left, *right);
    for (std::uint64_t seed = 1; seed <= most_scripts; ++seed) {
        const auto script = generate(seed, steps, profile);
        if (const auto difference = comparison.run(script)) {
            comparison.explain(script, *difference, out);
            return false;
        }
    }
    return true;
}

}  // namespace

bool self_test(std::ostream& out) {
    bool good = equals_itself(out);
    for (const auto& defect : defects) {
        good = finds(defect, out) && good;
    }
    out << (good ? "all found\n" : "failed\n");
    return good;
}

}  // namespace kazoo::differential
