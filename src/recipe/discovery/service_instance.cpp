// SPDX-License-Identifier: Apache-2.0
#include <kazoo/recipes/service_instance.hpp>

#include <ostream>

namespace kazoo {

const char* to_string(ServiceType type) noexcept {
    switch (type) {
        case ServiceType::DYNAMIC:
            return "DYNAMIC";
        case ServiceType::STATIC:
            return "STATIC";
        case ServiceType::PERMANENT:
            return "PERMANENT";
        case ServiceType::DYNAMIC_SEQUENTIAL:
            return "DYNAMIC_SEQUENTIAL";
    }
    return "unknown";
}

std::ostream& operator<<(std::ostream& out, ServiceType type) {
    return out << to_string(type);
}

std::string ServiceInstance::build_uri(const UriSpec::Variables& variables) const {
    return uri_spec_ ? uri_spec_->build(*this, variables) : std::string();
}

}  // namespace kazoo
