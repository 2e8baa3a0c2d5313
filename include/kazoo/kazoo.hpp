// SPDX-License-Identifier: Apache-2.0
/// kazoo for C++: a client library for Apache ZooKeeper, modelled on Python's kazoo.
///
/// This header includes the whole client API, with the recipes, and the handlers for threads, Asio
/// loops, fibers and libuv. It does not include
/// - <kazoo/asio.hpp>, the Boost.Asio completion tokens, which requires Asio's headers;
/// - <kazoo/handlers/fiber_scheduling.hpp>, which requires Boost.Fiber's headers;
/// - <kazoo/sasl.hpp> and <kazoo/srv.hpp>, the mechanisms of Cyrus SASL and servers from DNS, which
///   are components;
/// - <kazoo/prometheus.hpp> and <kazoo/spdlog.hpp>, which require the headers of prometheus-cpp and
///   spdlog;
/// - <kazoo/testing/*.hpp>, the embedded server and the harness for tests.
#pragma once

#include <kazoo/acl_provider.hpp>
#include <kazoo/async_result.hpp>
#include <kazoo/back_pressure.hpp>
#include <kazoo/call_options.hpp>
#include <kazoo/client.hpp>
#include <kazoo/client_limits.hpp>
#include <kazoo/client_options.hpp>
#include <kazoo/client_ref.hpp>
#include <kazoo/detail/require_cpp20.hpp>
#include <kazoo/errors.hpp>
#include <kazoo/event.hpp>
#include <kazoo/exceptions.hpp>
#include <kazoo/handler.hpp>
#include <kazoo/handlers/asio.hpp>
#include <kazoo/handlers/fiber.hpp>
#include <kazoo/handlers/threading.hpp>
#include <kazoo/handlers/uv.hpp>
#include <kazoo/host_operations.hpp>
#include <kazoo/host_provider.hpp>
#include <kazoo/hosts.hpp>
#include <kazoo/kazoo_retry.hpp>
#include <kazoo/logger.hpp>
#include <kazoo/metrics.hpp>
#include <kazoo/multi_read.hpp>
#include <kazoo/node.hpp>
#include <kazoo/node_operations.hpp>
#include <kazoo/paths.hpp>
#include <kazoo/promise.hpp>
#include <kazoo/read_options.hpp>
#include <kazoo/recipes/barrier.hpp>
#include <kazoo/recipes/children_watch.hpp>
#include <kazoo/recipes/counter.hpp>
#include <kazoo/recipes/data_watch.hpp>
#include <kazoo/recipes/double_barrier.hpp>
#include <kazoo/recipes/election.hpp>
#include <kazoo/recipes/group_member.hpp>
#include <kazoo/recipes/guarded_transaction.hpp>
#include <kazoo/recipes/leader_latch.hpp>
#include <kazoo/recipes/leadership.hpp>
#include <kazoo/recipes/lock.hpp>
#include <kazoo/recipes/lock_contender.hpp>
#include <kazoo/recipes/lock_format.hpp>
#include <kazoo/recipes/lock_handle.hpp>
#include <kazoo/recipes/lock_options.hpp>
#include <kazoo/recipes/locking_queue.hpp>
#include <kazoo/recipes/multi_lock.hpp>
#include <kazoo/recipes/non_blocking_lease.hpp>
#include <kazoo/recipes/party.hpp>
#include <kazoo/recipes/patient_children_watch.hpp>
#include <kazoo/recipes/persistent_node.hpp>
#include <kazoo/recipes/provider_strategy.hpp>
#include <kazoo/recipes/queue.hpp>
#include <kazoo/recipes/read_write_lock.hpp>
#include <kazoo/recipes/semaphore.hpp>
#include <kazoo/recipes/service_discovery.hpp>
#include <kazoo/recipes/service_instance.hpp>
#include <kazoo/recipes/service_provider.hpp>
#include <kazoo/recipes/service_provider_options.hpp>
#include <kazoo/recipes/set_partitioner.hpp>
#include <kazoo/recipes/set_partitioner_options.hpp>
#include <kazoo/recipes/shared_value.hpp>
#include <kazoo/recipes/tree_cache.hpp>
#include <kazoo/recipes/tree_cache_event.hpp>
#include <kazoo/recipes/tree_cache_options.hpp>
#include <kazoo/recipes/uri_spec.hpp>
#include <kazoo/recipes/watch_options.hpp>
#include <kazoo/resend.hpp>
#include <kazoo/result.hpp>
#include <kazoo/retry.hpp>
#include <kazoo/sasl_mechanism.hpp>
#include <kazoo/security.hpp>
#include <kazoo/session_handover.hpp>
#include <kazoo/session_operations.hpp>
#include <kazoo/sleep.hpp>
#include <kazoo/stat.hpp>
#include <kazoo/state.hpp>
#include <kazoo/this_coro.hpp>
#include <kazoo/tls_options.hpp>
#include <kazoo/transaction.hpp>
#include <kazoo/transaction_result.hpp>
#include <kazoo/version.hpp>
#include <kazoo/watch_operations.hpp>
#include <kazoo/watch_stream.hpp>
#include <kazoo/watcher.hpp>
#include <kazoo/when.hpp>
#include <kazoo/when_full.hpp>
