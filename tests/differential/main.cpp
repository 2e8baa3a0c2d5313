// SPDX-License-Identifier: Apache-2.0
// Plays the same scripts on two servers and compares all replies.
#include "comparison.hpp"
#include "embedded_target.hpp"
#include "first_steps.hpp"
#include "generator.hpp"
#include "options.hpp"
#include "self_test.hpp"
#include "servers.hpp"

#include <chrono>
#include <cstdlib>
#include <iostream>

namespace {

using namespace kazoo::differential;

/// The exit code that CTest treats as "skipped".
constexpr int skipped = 77;

int compare_servers(
    Target& left, Target& right, const kazoo::server::Profile& profile, const Options& options
) {
    const auto start = std::chrono::steady_clock::now();
    Comparison comparison(left, right);
    int different = 0;
    const auto run = [&](const Script& script) {
        if (const auto difference = comparison.run(script)) {
            ++different;
            comparison.explain(script, *difference, std::cout);
        }
    };
    run(first_steps(profile));
    for (std::uint64_t i = 0; i < options.scripts && different < options.explain; ++i) {
        run(generate(options.seed + i, options.steps, profile));
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    std::cout << left.name() << " and " << right.name() << ": " << options.scripts << " scripts of "
              << options.steps << " steps from seed " << options.seed << ", " << different
              << " differences, " << took.count() << " s" << std::endl;
    return different == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}

int compare(const Release& release, const Settings& settings, const Options& options) {
    std::cout << "TTL nodes " << (settings.ttl_nodes ? "enabled" : "disabled") << ", reconfig "
              << (settings.reconfig ? "enabled" : "disabled") << '\n';
    ApacheTarget apache(release, settings);
    if (options.apache_twice) {
        ApacheTarget again(release, settings);
        return compare_servers(apache.target(), again.target(), apache.profile(), options);
    }
    const auto embedded = embed(apache.profile(), settings);
    return compare_servers(apache.target(), *embedded, apache.profile(), options);
}

int run(const Options& options) {
    if (options.self_test) {
        return self_test(std::cout) ? EXIT_SUCCESS : EXIT_FAILURE;
    }
    if (options.print) {
        for (std::uint64_t i = 0; i < options.scripts; ++i) {
            std::cout << describe(generate(options.seed + i, options.steps, {}));
        }
        return EXIT_SUCCESS;
    }
    const auto releases = apache_releases();
    if (releases.empty()) {
        std::cout << "no java or no ZooKeeper here: the comparison with Apache was skipped\n";
        return skipped;
    }
    // The usual settings, and a quarter of the scripts with others.
    auto fewer = options;
    fewer.scripts = (options.scripts + 3) / 4;
    constexpr Settings usual;
    constexpr Settings other{.ttl_nodes = false, .reconfig = true};
    int result = EXIT_SUCCESS;
    for (const auto& release : releases) {
        result |= compare(release, usual, options);
        result |= compare(release, other, fewer);
    }
    return result;
}

}  // namespace

int main(int argc, char** argv) {
    Options options;
    if (const auto wrong = read_options(argc, argv, options); !wrong.empty()) {
        std::cerr << wrong << '\n' << usage;
        return 2;
    }
    try {
        return run(options);
    } catch (const std::exception& failed) {
        std::cerr << "differential: " << failed.what() << '\n';
    }
    return EXIT_FAILURE;
}
