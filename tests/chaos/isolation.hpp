#pragma once

#include <string>

namespace kazoo::chaos {

/// Takes the rights to make networks, in a user namespace where the process does not have them
/// anyway. Before there are threads. Gives what is missing for a run on this machine: networks,
/// Java, ZooKeeper; nothing if all is there.
[[nodiscard]] std::string become_able();

}  // namespace kazoo::chaos
