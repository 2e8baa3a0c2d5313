// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace kazoo::differential {

/// How both servers are configured beyond tests/support/zoo.cfg.
struct Settings {
    bool ttl_nodes = true;  ///< Apache's extendedTypesEnabled
    bool reconfig = false;  ///< Apache's reconfigEnabled
};

}  // namespace kazoo::differential
