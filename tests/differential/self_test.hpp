#pragma once

#include <ostream>

namespace kazoo::differential {

/// Whether a server that equals the other shows no difference, and each of several that do not is
/// found out, with a script of a few steps. Without Java.
[[nodiscard]] bool self_test(std::ostream& out);

}  // namespace kazoo::differential
