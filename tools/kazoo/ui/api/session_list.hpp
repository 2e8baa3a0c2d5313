// SPDX-License-Identifier: Apache-2.0
/// What servers tell about sessions: the answers to the four-letter words dump and cons.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace tool::ui {

struct SessionInfo {
    std::string address;                  ///< of the client; "" if it is not known
    std::vector<std::string> ephemerals;  ///< paths of the server
};

/// Sessions by their ids.
using SessionList = std::map<std::int64_t, SessionInfo>;

/// Parses the answer to dump; std::nullopt if it is none, because the server does not allow dump.
/// At most `limit` ephemeral nodes are kept; `complete` becomes false if there are more.
std::optional<SessionList> parse_dump(std::string_view text, std::size_t limit, bool& complete);

/// Adds the addresses in the answer to cons, which lists the connections of one server.
void add_addresses(std::string_view text, SessionList& sessions);

}  // namespace tool::ui
