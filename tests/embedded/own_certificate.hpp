// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>

namespace kazoo::testing_support {

/// A self-signed certificate for 127.0.0.1 and its key, in files that the destructor deletes.
class OwnCertificate {
public:
    OwnCertificate();
    ~OwnCertificate();
    OwnCertificate(const OwnCertificate&) = delete;
    OwnCertificate& operator=(const OwnCertificate&) = delete;

    [[nodiscard]] std::string certificate() const { return directory_ / "certificate.pem"; }
    [[nodiscard]] std::string key() const { return directory_ / "key.pem"; }

private:
    std::filesystem::path directory_;
};

}  // namespace kazoo::testing_support
