#pragma once

#include <filesystem>
#include <string>

namespace kazoo::testing_support {

/// A certificate for 127.0.0.1, signed by itself, and its key: files that go away with this.
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
