// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <string>

namespace kazoo::testing_support {

/// Simulates a name server that does not answer. While an object exists, lookups of `host`,
/// `late_host`, name() and late_name() block until it is destroyed, 30 seconds at most; then
/// `late_host` and late_name() resolve to 127.0.0.1 and the others fail. Other names are resolved
/// normally. Linking this replaces getaddrinfo in the executable. One object at a time; its
/// functions are thread-safe.
class SlowNames {
public:
    static constexpr const char* host = "slow.invalid";
    static constexpr const char* late_host = "late.invalid";
    /// Further slow names.
    static std::string name(int number) { return std::to_string(number) + "." + host; }
    /// Returns another name with each call: the lookup of an earlier test may not have ended yet,
    /// and would be shared.
    static std::string late_name();

    SlowNames();
    ~SlowNames();
    SlowNames(const SlowNames&) = delete;
    SlowNames& operator=(const SlowNames&) = delete;

    /// Waits until `count` lookups are blocked; returns false after 10 seconds.
    bool wait_for_look_up(int count = 1);
    /// Number of blocked lookups.
    int under_way();
    /// Number of slow lookups since the object was made.
    int begun();
};

}  // namespace kazoo::testing_support
