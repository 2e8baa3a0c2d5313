// SPDX-License-Identifier: Apache-2.0
#pragma once

// Includes every record of the protocol.

#include "codec/auth.hpp"
#include "codec/connect.hpp"
#include "codec/headers.hpp"
#include "codec/multi.hpp"
#include "codec/public_types.hpp"
#include "codec/replies.hpp"
#include "codec/requests.hpp"
#include "codec/watches.hpp"
