// SPDX-License-Identifier: Apache-2.0
#include "machine.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <netinet/in.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include <algorithm>
#include <cstring>
#include <exception>
#include <fstream>
#include <thread>

namespace kazoo::chaos {
namespace {

constexpr const char* card_name = "eth0";

void in_thread(const std::function<void()>& body) {
    std::exception_ptr error;
    std::thread([&] {
        try {
            body();
        } catch (...) {
            error = std::current_exception();
        }
    }).join();
    if (error) std::rethrow_exception(error);
}

ifreq request_for(const char* card) {
    ifreq request{};
    std::strncpy(request.ifr_name, card, IFNAMSIZ - 1);
    return request;
}

void ask(const Descriptor& fd, unsigned long what, ifreq& request, const char* name) {
    if (::ioctl(fd.get(), what, &request) != 0) throw_errno(name);
}

void bring_up(const Descriptor& socket, const char* card) {
    auto request = request_for(card);
    ask(socket, SIOCGIFFLAGS, request, "SIOCGIFFLAGS");
    request.ifr_flags = static_cast<short>(request.ifr_flags | IFF_UP);
    ask(socket, SIOCSIFFLAGS, request, "SIOCSIFFLAGS");
}

void set_address(
    const Descriptor& socket, unsigned long what, const char* address, const char* name
) {
    auto request = request_for(card_name);
    sockaddr_in in{};
    in.sin_family = AF_INET;
    ::inet_pton(AF_INET, address, &in.sin_addr);
    std::memcpy(&request.ifr_addr, &in, sizeof in);
    ask(socket, what, request, name);
}

}  // namespace

Machine::Machine(int number)
    : address_("10.77.0." + std::to_string(number)),
      mac_{2, 0, 0, 0, 0, static_cast<std::uint8_t>(number)} {
    in_thread([this] { set_up(); });
}

void Machine::set_up() {
    if (::unshare(CLONE_NEWNET) != 0) throw_errno("unshare");
    network_ = Descriptor(::open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC), "network");
    // Avoids the frames of IPv6 router discovery. Failure to write is harmless.
    std::ofstream("/proc/sys/net/ipv6/conf/all/disable_ipv6") << "1\n";

    card_ = Descriptor(::open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC), "/dev/net/tun");
    auto request = request_for(card_name);
    request.ifr_flags = IFF_TAP | IFF_NO_PI;
    ask(card_, TUNSETIFF, request, "TUNSETIFF");

    const Descriptor socket(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0), "socket");
    request = request_for(card_name);
    request.ifr_hwaddr.sa_family = ARPHRD_ETHER;
    std::copy(mac_.begin(), mac_.end(), request.ifr_hwaddr.sa_data);
    ask(socket, SIOCSIFHWADDR, request, "SIOCSIFHWADDR");
    set_address(socket, SIOCSIFADDR, address_.c_str(), "SIOCSIFADDR");
    set_address(socket, SIOCSIFNETMASK, "255.255.255.0", "SIOCSIFNETMASK");
    bring_up(socket, card_name);
    bring_up(socket, "lo");
}

void Machine::run(const std::function<void()>& body) const {
    in_thread([&] {
        if (::setns(network_.get(), CLONE_NEWNET) != 0) throw_errno("setns");
        body();
    });
}

}  // namespace kazoo::chaos
