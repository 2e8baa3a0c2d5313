// SPDX-License-Identifier: Apache-2.0
#include "walk/place.hpp"

#include <kazoo/paths.hpp>

namespace tool {
namespace {

constexpr std::string_view scheme = "zk://";

}  // namespace

Place::Place(Session& session, const std::string& text) {
    if (text.rfind(scheme, 0) != 0) {
        client_ = &session.zk();
        path_ = kazoo::normalize_path(text);
        return;
    }
    const std::string rest = text.substr(scheme.size());
    const std::size_t slash = rest.find('/');
    if (slash == 0 || slash == std::string::npos) {
        throw UsageError("'" + text + "' must have the form zk://host:port,.../path");
    }
    own_ = session.connect(rest.substr(0, slash));
    client_ = own_.get();
    path_ = kazoo::normalize_path(rest.substr(slash));
}

}  // namespace tool
