#include <kazoo/handlers/fiber.hpp>

#include <cstdio>

// Links the component.
int main() {
    const kazoo::SequentialFiberHandler handler;
    std::puts(handler.name() == "sequential_fiber_handler" ? "there is a handler" : "who is this?");
    return handler.running() ? 1 : 0;
}
