// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace kazoo::sasl {

/// Initialises libsasl2 as a client, once per process. Returns SASL_OK or libsasl2's error, which
/// is that of the first call. Thread-safe. It is never ended, because connections may outlive
/// main().
[[nodiscard]] int initialise() noexcept;

/// Returns whether libsasl2, which must be initialised, has a module for this mechanism.
[[nodiscard]] bool is_installed(std::string_view mechanism) noexcept;

/// Returns a function in the form in which libsasl2 takes callbacks of all types.
template <class F>
[[nodiscard]] auto callback(F* function) noexcept {
    using Any = void (*)();  // the type that g++ does not warn of
    return reinterpret_cast<int (*)()>(reinterpret_cast<Any>(function));
}

}  // namespace kazoo::sasl
