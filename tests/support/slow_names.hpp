#pragma once

#include <chrono>

namespace kazoo::testing_support {

/// While one of these lives, looking up `host` takes as long as it lives, though 30 seconds at
/// most, and finds nothing: a name server that does not answer. Other names are not concerned. It
/// replaces getaddrinfo in the whole executable. One at a time.
class SlowNames {
public:
    static constexpr const char* host = "slow.invalid";

    SlowNames();
    ~SlowNames();
    SlowNames(const SlowNames&) = delete;
    SlowNames& operator=(const SlowNames&) = delete;

    /// Waits until one has begun.
    bool wait_for_look_up();
    int under_way();
};

}  // namespace kazoo::testing_support
