// SPDX-License-Identifier: Apache-2.0
// Counts the program's allocations and makes chosen ones fail. Only in programs that link
// kazoo_counted_allocations.

#pragma once

#include <string_view>

namespace kazoo::testing_support {

/// Returns the number of blocks allocated with `operator new` and not freed. A test compares it
/// before and after to find objects that are destroyed twice or never.
[[nodiscard]] long live_allocations() noexcept;

/// Returns the number of blocks allocated with `operator new` since the program started.
[[nodiscard]] long all_allocations() noexcept;

/// Makes allocations fail while it exists: of those in threads that are not Spared, counted
/// together from 1, the `nth` and the `length - 1` after it. One object at a time.
class Shortage {
public:
    explicit Shortage(long nth, long length = 1) noexcept;
    ~Shortage();
    Shortage(const Shortage&) = delete;
    Shortage& operator=(const Shortage&) = delete;

    /// Returns whether any allocation has failed; if not, there were fewer than `nth`.
    [[nodiscard]] bool met() const noexcept;
};

/// Exempts the calling thread from Shortage while it exists, for the code around the code under
/// test: the test itself, servers, loggers. Nests.
class Spared {
public:
    Spared() noexcept;
    ~Spared();
    Spared(const Spared&) = delete;
    Spared& operator=(const Spared&) = delete;
};

/// Makes Shortage apply to a Spared thread again while it exists, for the code under test.
class Exposed {
public:
    Exposed() noexcept;
    ~Exposed();
    Exposed(const Exposed&) = delete;
    Exposed& operator=(const Exposed&) = delete;

private:
    int spared_;
};

/// Looks for a secret in each block that `operator delete` frees while it exists, in any thread.
/// One object at a time. The test must not free copies of its own meanwhile.
class FreedSecret {
public:
    /// `secret` must outlive this.
    explicit FreedSecret(std::string_view secret) noexcept;
    ~FreedSecret();
    FreedSecret(const FreedSecret&) = delete;
    FreedSecret& operator=(const FreedSecret&) = delete;

    /// Returns how many of the blocks contained it.
    [[nodiscard]] long found() const noexcept;
};

}  // namespace kazoo::testing_support
