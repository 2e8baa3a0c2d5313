# SPDX-License-Identifier: Apache-2.0
"""Drives a headless Chromium through its DevTools protocol over a pipe, with the standard library
alone."""

import base64
import contextlib
import itertools
import json
import os
import shutil
import signal
import subprocess
import tempfile
import threading
import time

PATIENCE = 60  # seconds, for a machine under load


def executable():
    """The path of the browser, or None."""
    return shutil.which("chromium") or shutil.which("chromium-browser")


class BrowserError(RuntimeError):
    pass


class Chromium:
    """A browser with a profile of its own."""

    def __init__(self, width=1280, height=800):
        self.profile = tempfile.TemporaryDirectory(ignore_cleanup_errors=True)
        command_read, self.command = os.pipe()
        self.answers, answer_write = os.pipe()
        arguments = [
            executable(), "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
            "--disable-dev-shm-usage", "--disable-background-networking", "--disable-extensions",
            "--hide-scrollbars", "--remote-debugging-pipe", f"--window-size={width},{height}",
            "--user-data-dir=" + self.profile.name, "about:blank",
        ]
        # The browser reads commands from descriptor 3 and writes answers to 4.
        script = f'exec "$@" 3<&{command_read} 4>&{answer_write}'
        self.process = subprocess.Popen(
            ["bash", "-c", script, "bash", *arguments], pass_fds=(command_read, answer_write),
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            start_new_session=True, env={**os.environ, "HOME": self.profile.name},
        )
        os.close(command_read)
        os.close(answer_write)
        self.ids = itertools.count(1)
        self.received = {}
        self.events = []
        self.ended = False
        self.changed = threading.Condition()
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        rest = b""
        while block := os.read(self.answers, 1 << 16):
            *messages, rest = (rest + block).split(b"\0")
            with self.changed:
                for message in map(json.loads, messages):
                    if "id" in message:
                        self.received[message["id"]] = message
                    else:
                        self.events.append(message)
                self.changed.notify_all()
        with self.changed:
            self.ended = True
            self.changed.notify_all()

    def call(self, method, session=None, **parameters):
        """Sends a command; returns its result."""
        number = next(self.ids)
        message = {"id": number, "method": method, "params": parameters}
        if session:
            message["sessionId"] = session
        data = json.dumps(message).encode() + b"\0"
        while data:
            data = data[os.write(self.command, data):]
        with self.changed:
            self.changed.wait_for(lambda: number in self.received or self.ended, PATIENCE)
            answer = self.received.pop(number, None)
        if answer is None or "error" in answer:
            raise BrowserError(f"{method}: {answer and answer['error']}")
        return answer["result"]

    def open(self, url):
        return Tab(self, url)

    def close(self):
        with contextlib.suppress(BrowserError, OSError):
            self.call("Browser.close")
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        self.reader.join(timeout=10)
        os.close(self.command)
        os.close(self.answers)
        self.profile.cleanup()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class Tab:
    """A tab of the browser."""

    def __init__(self, browser, url):
        self.browser = browser
        self.target = browser.call("Target.createTarget", url="about:blank")["targetId"]
        attached = browser.call("Target.attachToTarget", targetId=self.target, flatten=True)
        self.session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")
        self.call("Page.navigate", url=url)

    def close(self):
        self.browser.call("Target.closeTarget", targetId=self.target)

    def call(self, method, **parameters):
        return self.browser.call(method, self.session, **parameters)

    def run(self, script):
        """Evaluates an expression, awaits it if it is a promise, and returns its value."""
        result = self.call(
            "Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True,
            allowUnsafeEvalBlockedByCSP=False,
        )
        if "exceptionDetails" in result:
            raise BrowserError(f"{script}: {result['exceptionDetails']}")
        return result["result"].get("value")

    def wait(self, script):
        """Evaluates an expression until its value is true; returns that and the time it took."""
        begin = time.monotonic()
        while True:
            with contextlib.suppress(BrowserError):  # the page is being loaded
                if value := self.run(script):
                    return value, time.monotonic() - begin
            if time.monotonic() - begin > PATIENCE:
                page = self.run("document.body.innerText")
                raise AssertionError(f"never true: {script}\n{page[:2000]}\n{self.messages()}")
            time.sleep(0.02)

    def text(self, selector):
        return self.run(f"document.querySelector({json.dumps(selector)})?.innerText ?? null")

    def wait_for_text(self, selector, part):
        """Waits until an element contains a text; returns the time it took."""
        element = f"document.querySelector({json.dumps(selector)})"
        script = f"({element}?.innerText ?? '').includes({json.dumps(part)})"
        return self.wait(script)[1]

    def click(self, selector):
        """Clicks an element as a user does: with the mouse, at its place."""
        self.wait(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " return e && !e.disabled && e.getClientRects().length > 0; })()"
        )
        place = self.run(
            f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
            " e.scrollIntoView({block: 'nearest'}); const r = e.getBoundingClientRect();"
            " return [r.x + r.width / 2, r.y + r.height / 2]; })()"
        )
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=place[0], y=place[1],
                      button="left", clickCount=1)

    def type(self, selector, text):
        """Replaces the text of a field."""
        self.run(f"(() => {{ const e = document.querySelector({json.dumps(selector)});"
                 " e.focus(); e.select(); })()")
        self.call("Input.insertText", text=text)

    def press_enter(self):
        self.call("Input.dispatchKeyEvent", type="keyDown", key="Enter", code="Enter", text="\r",
                  windowsVirtualKeyCode=13)
        self.call("Input.dispatchKeyEvent", type="keyUp", key="Enter", code="Enter",
                  windowsVirtualKeyCode=13)

    def dark(self, on=True):
        feature = {"name": "prefers-color-scheme", "value": "dark" if on else "light"}
        self.call("Emulation.setEmulatedMedia", features=[feature])

    def screenshot(self):
        """Returns what is seen, as PNG."""
        return base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"])

    def messages(self):
        """Errors and warnings of the page: violations of its policy, exceptions, failed loads."""
        with self.browser.changed:
            events = [one for one in self.browser.events if one.get("sessionId") == self.session]
        texts = []
        for event in events:
            if event["method"] == "Log.entryAdded":
                entry = event["params"]["entry"]
                texts.append(f"{entry['level']}: {entry['text']} {entry.get('url', '')}")
            elif event["method"] == "Runtime.exceptionThrown":
                texts.append(str(event["params"]["exceptionDetails"]))
            elif event["method"] == "Runtime.consoleAPICalled":
                texts.append(str(event["params"]["args"]))
        return texts
