# SPDX-License-Identifier: Apache-2.0
"""What interop tests of TLS and SASL share: certificates, made by the program openssl, users, and
the arguments of `kazoo serve` for them."""

import pathlib
import shutil
import subprocess

import served

USER, PASSWORD = "bob", "bobsecret"
SUBJECT = "CN=client,O=kazoo"


def openssl(*arguments):
    subprocess.run(["openssl", *map(str, arguments)], check=True, capture_output=True)


class Certificates:
    """An authority, and the certificates of a server at 127.0.0.1 and of a client."""

    def __init__(self, directory):
        if shutil.which("openssl") is None:
            served.skip("the program openssl is not installed")
        self.directory = pathlib.Path(directory)
        self.ca = self.path("ca.pem")
        self.server, self.server_key = self.path("server.pem"), self.path("server.key")
        self.client, self.client_key = self.path("client.pem"), self.path("client.key")
        self._make_authority()
        self._issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost")
        self._issue("client", "extendedKeyUsage=clientAuth")

    def path(self, name):
        return self.directory / name

    def key_store(self, password):
        """The client's certificate and key for Java."""
        store = self.path("client.p12")
        openssl("pkcs12", "-export", "-in", self.client, "-inkey", self.client_key,
                "-out", store, "-passout", f"pass:{password}")
        return store

    def _make_authority(self):
        openssl("req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                "-keyout", self.path("ca.key"), "-out", self.ca, "-subj", "/O=kazoo/CN=authority")

    def _issue(self, name, extension):
        extensions = self.path(f"{name}.cnf")
        extensions.write_text(f"{extension}\n", encoding="ascii")
        openssl("req", "-newkey", "rsa:2048", "-nodes", "-keyout", self.path(f"{name}.key"),
                "-out", self.path(f"{name}.csr"), "-subj", f"/O=kazoo/CN={name}")
        openssl("x509", "-req", "-in", self.path(f"{name}.csr"), "-CA", self.ca,
                "-CAkey", self.path("ca.key"), "-CAcreateserial", "-days", "2",
                "-extfile", extensions, "-out", self.path(f"{name}.pem"))


def arguments(certificates, *more):
    """Of a server that needs client certificates and knows the user."""
    users = certificates.path("users")
    users.write_text(f"# the users\n{USER}:{PASSWORD}\n", encoding="ascii")
    return [
        "--tls-cert", str(certificates.server), "--tls-key", str(certificates.server_key),
        "--tls-client-ca", str(certificates.ca), "--sasl-users", str(users), *more,
    ]
