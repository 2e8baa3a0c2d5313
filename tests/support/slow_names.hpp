#pragma once

#include <chrono>
#include <string>

namespace kazoo::testing_support {

/// While one of these lives, looking up `host`, `late_host` or a name() takes as long as it lives,
/// though 30 seconds at most: a name server that does not answer. In the end `late_host` is found
/// to be 127.0.0.1 and the others are not found. Other names are not concerned. It replaces
/// getaddrinfo in the whole executable. One at a time.
class SlowNames {
public:
    static constexpr const char* host = "slow.invalid";
    static constexpr const char* late_host = "late.invalid";
    /// Any number of slow names.
    static std::string name(int number) { return std::to_string(number) + "." + host; }

    SlowNames();
    ~SlowNames();
    SlowNames(const SlowNames&) = delete;
    SlowNames& operator=(const SlowNames&) = delete;

    /// Waits until so many are under way.
    bool wait_for_look_up(int count = 1);
    int under_way();
    /// All that have begun since this was made.
    int begun();
};

}  // namespace kazoo::testing_support
