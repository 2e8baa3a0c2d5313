// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/export.hpp>

#include <cstdint>
#include <string>

KAZOO_API_BEGIN
namespace kazoo {

/// A node that holds or waits for a lock, from `contenders` of Lock, ReadLock and WriteLock.
class LockContender {
public:
    LockContender() {}

    std::string name;          ///< Of the node, without its path.
    std::string path;          ///< Of the node.
    std::string data;          ///< The identifier of the process (LockOptions::identifier).
    std::int64_t session = 0;  ///< The session that owns the node; 0 if it is persistent.
    std::int64_t czxid = 0;    ///< The token that a holder has (LockHandle::token).
    std::int32_t number = 0;   ///< The sequence number in the name.

    friend bool operator==(const LockContender&, const LockContender&) = default;
};

}  // namespace kazoo
KAZOO_API_END
