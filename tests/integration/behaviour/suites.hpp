// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/handler_fixture.hpp"

#include <kazoo/kazoo.hpp>

// Behaviour that must be the same on every handler. The suites are instantiated in suites.cpp.
namespace kazoo::behaviour {

using namespace std::chrono_literals;
using namespace testing_support;

/// Results and promises.
class Results : public HandlerTest {};
/// Functions linked to results, and exceptions that they throw.
class Callbacks : public HandlerTest {};
/// Lanes and threads of a handler.
class Lanes : public HandlerTest {};
/// Starts, and requests without a connection.
class Starting : public HandlerTest {};
/// Blocking calls where they are allowed and where they are not.
class Blocking : public HandlerTest {};
/// Cancellation.
class Cancellation : public HandlerTest {};
/// The effects of each operation.
class Operations : public HandlerTest {};
/// Transactions and multi-reads.
class Transactions : public HandlerTest {};
class MultiReads : public HandlerTest {};
/// The operations of NodeOperations, and reads with a consistency.
class MoreOperations : public HandlerTest {};
class Access : public HandlerTest {};
class Chroots : public HandlerTest {};
class Watches : public HandlerTest {};
/// Persistent and recursive watches, and the removal of watches.
class LastingWatches : public HandlerTest {};
class Listening : public HandlerTest {};
/// Load.
class Load : public HandlerTest {};
/// Start, stop and everything in between.
class Life : public HandlerTest {};

}  // namespace kazoo::behaviour
