#pragma once

namespace kazoo::testing_support {

/// How many blocks of memory of `operator new` the program holds. An expression that destroys a
/// temporary twice or never leaves another number behind, unless the memory itself protests.
/// Only in programs that link kazoo_counted_allocations.
[[nodiscard]] long live_allocations() noexcept;

/// How many blocks it has taken since it began.
[[nodiscard]] long all_allocations() noexcept;

/// While it lives, memory runs short in all threads that are not Spared: of their allocations the
/// `nth` (from 1 on) fails, and the `length - 1` after it. One at a time.
class Shortage {
public:
    explicit Shortage(long nth, long length = 1) noexcept;
    ~Shortage();
    Shortage(const Shortage&) = delete;
    Shortage& operator=(const Shortage&) = delete;

    /// Whether any allocation has failed. If not, there were fewer than `nth`.
    [[nodiscard]] bool met() const noexcept;
};

/// Spares the calling thread from every Shortage, for its lifetime: tests, servers, loggers.
class Spared {
public:
    Spared() noexcept;
    ~Spared();
    Spared(const Spared&) = delete;
    Spared& operator=(const Spared&) = delete;
};

/// Exposes a thread that is Spared, for its lifetime: what the test tests.
class Exposed {
public:
    Exposed() noexcept;
    ~Exposed();
    Exposed(const Exposed&) = delete;
    Exposed& operator=(const Exposed&) = delete;

private:
    int spared_;
};

}  // namespace kazoo::testing_support
