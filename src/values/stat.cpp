// SPDX-License-Identifier: Apache-2.0
#include <kazoo/stat.hpp>

#include <ostream>

namespace kazoo {

std::ostream& operator<<(std::ostream& out, const ZnodeStat& stat) {
    return out << "ZnodeStat(czxid=" << stat.czxid << ", mzxid=" << stat.mzxid
               << ", ctime=" << stat.ctime << ", mtime=" << stat.mtime
               << ", version=" << stat.version << ", cversion=" << stat.cversion
               << ", aversion=" << stat.aversion << ", ephemeral_owner=" << stat.ephemeral_owner
               << ", data_length=" << stat.data_length << ", num_children=" << stat.num_children
               << ", pzxid=" << stat.pzxid << ')';
}

}  // namespace kazoo
