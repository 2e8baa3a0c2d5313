#pragma once

namespace kazoo::testing_support {

/// How many blocks of memory of `operator new` the program holds. An expression that destroys a
/// temporary twice or never leaves another number behind, unless the memory itself protests.
/// Only in programs that link kazoo_counted_allocations.
[[nodiscard]] long live_allocations() noexcept;

/// How many blocks it has taken since it began.
[[nodiscard]] long all_allocations() noexcept;

}  // namespace kazoo::testing_support
