# SPDX-License-Identifier: Apache-2.0
# What kazoo::fiber links: Boost.Fiber as Boost::fiber, if it is there.
set(kazoo_fiber_targets Boost::fiber)
set(kazoo_fiber_needs "Boost.Fiber (Debian: libboost-fiber1.81-dev)")
find_package(Boost 1.81 QUIET COMPONENTS fiber)
