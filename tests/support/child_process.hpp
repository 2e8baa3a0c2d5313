#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace kazoo::testing_support {

/// Starts `command` (found through PATH) with empty stdin, and stdout and stderr appended to `log`.
/// The child inherits no other descriptors and is killed when this process ends in any way.
/// `network` is a descriptor of the network namespace in which it runs; -1: that of this process.
/// Returns the pid, which the caller must reap. Throws std::system_error. If `command` cannot be
/// run, the child exits with status 127. Thread-safe.
pid_t spawn_child(
    const std::vector<std::string>& command, const std::filesystem::path& log, int network = -1
);

}  // namespace kazoo::testing_support
