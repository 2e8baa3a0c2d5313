// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transport/tls_check.hpp"

#include <string>

namespace kazoo::driver {

/// transport::find_tls_problem, for the layers above the driver.
[[nodiscard]] inline std::string find_tls_problem(const TlsOptions& options) {
    return transport::find_tls_problem(options);
}

}  // namespace kazoo::driver
