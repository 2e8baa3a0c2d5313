#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// Runs `command` (found through PATH) with stdin empty and output appended to `log`. The child
/// inherits no other descriptor and is killed when this process ends, however it ends.
/// With `network`, a descriptor of a network namespace, it lives in that one.
/// Returns the pid, which the caller must reap. Throws std::system_error.
pid_t spawn_child(
    const std::vector<std::string>& command, const std::filesystem::path& log, int network = -1
);

}  // namespace kazoo::testing_support
