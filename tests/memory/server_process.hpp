// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace kazoo::memory_tests {

/// The connect string of the server in another process, where the user "bob" may authenticate by
/// SASL with the password "bobsecret". Set before the tests run.
extern std::string server_hosts;

}  // namespace kazoo::memory_tests
