// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <kazoo/detail/ref_counted.hpp>

namespace kazoo::session {

/// The client's object for a request or a watch. It may own functions and values of users, which
/// must not be destroyed inside the session, because the session is called with the driver's mutex
/// held. The session therefore only keeps references and returns them with its events; it never
/// releases the last one.
using Cookie = detail::RefPtr<detail::RefCounted>;

}  // namespace kazoo::session
