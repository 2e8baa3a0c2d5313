// SPDX-License-Identifier: Apache-2.0
// Finds secrets where they must never be: in log lines, in the texts of errors, in dump(). The
// fixtures for whole clients use it (support/handler_fixture.hpp).

#pragma once

#include <string_view>

namespace kazoo::testing_support {

/// Remembers a secret of this process: a password, a credential, the password of a session. Texts
/// of fewer than eight bytes are ignored, because they occur by chance.
void note_secret(std::string_view secret);

/// Fails the test that runs if the text contains one of the last secrets noted: as it is, in
/// Base64, in hexadecimal digits, or its SHA-1 or MD5. `where` is for the message. Thread-safe.
void expect_no_secrets(std::string_view text, std::string_view where);

}  // namespace kazoo::testing_support
