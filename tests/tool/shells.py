# SPDX-License-Identifier: Apache-2.0
"""Shells that complete the command line of the tool: bash, zsh and fish."""

import os
import pathlib
import pty
import re
import select
import shutil
import subprocess
import tempfile
import time

import suite

PATIENT = "60s"  # for a machine under load

BASH_DRIVER = r"""
source "$1"
# Splits a line as readline does: at blanks, and around each ":" and "=" that is not quoted.
split() {
    local line=$1 word= quote= escape= i c
    COMP_WORDS=()
    for ((i = 0; i < ${#line}; i++)); do
        c=${line:i:1}
        if [[ $escape ]]; then word+=$c escape=
        elif [[ $quote ]]; then word+=$c; [[ $c == "$quote" ]] && quote=
        elif [[ $c == \\ ]]; then word+=$c escape=1
        elif [[ $c == [\"\'] ]]; then word+=$c quote=$c
        elif [[ $c == " " ]]; then [[ $word ]] && COMP_WORDS+=("$word"); word=
        elif [[ $c == [=:] ]]; then [[ $word ]] && COMP_WORDS+=("$word"); COMP_WORDS+=("$c") word=
        else word+=$c
        fi
    done
    [[ $word || ${line: -1} == " " ]] && COMP_WORDS+=("$word")
}
while IFS= read -r COMP_LINE; do
    COMP_POINT=${#COMP_LINE} COMP_WORDBREAKS=$' \t\n"\'><=;|&(:' COMPREPLY=()
    split "$COMP_LINE"
    COMP_CWORD=$((${#COMP_WORDS[@]} - 1))
    _kazoo
    printf '%s\n' "${COMPREPLY[@]}" END
done
"""


def environment(home):
    """Finds the tool, and through the environment its server. Shells keep files in `home`."""
    folder = os.path.dirname(os.path.abspath(suite.tool))
    return suite.environment(
        KAZOO_HOSTS=suite.address, KAZOO_COMPLETION_TIMEOUT=PATIENT, LC_ALL="C.UTF-8",
        PATH=folder + ":" + os.environ["PATH"], TERM="dumb", HOME=str(home), ZDOTDIR=str(home),
        XDG_CONFIG_HOME=str(home), XDG_DATA_HOME=str(home), XDG_CACHE_HOME=str(home),
        XDG_RUNTIME_DIR=str(home),
    )


def run(command, text="", **more):
    """Runs a program of the tests with this standard input; returns its output."""
    with tempfile.TemporaryDirectory() as home:
        result = subprocess.run(
            command, input=text, env={**environment(home), **more}, capture_output=True,
            text=True, timeout=suite.PATIENCE,
        )
    if result.returncode != 0 or result.stderr:
        raise AssertionError(f"{command}: {result.returncode} {result.stderr}")
    return result.stdout


def blocks(out, count):
    """The lines before each line END."""
    answers = [block.split("\n") for block in re.split(r"^END\n", out, flags=re.MULTILINE)]
    assert len(answers) == count + 1, out
    return answers[:count]


def bash_candidates(script, *lines):
    """What bash offers at the end of each of these lines."""
    out = run(["bash", "--norc", "-c", BASH_DRIVER, "bash", script], "\n".join(lines) + "\n")
    return [[word for word in answer if word] for answer in blocks(out, len(lines))]


def fish_candidates(script, *lines):
    """(what fish offers, its description) at the end of each of these lines."""
    loop = "source $argv[1]; while read -l line; complete -C $line; echo END; end"
    out = run(["fish", "--no-config", "-c", loop, script], "\n".join(lines) + "\n")
    return [
        [tuple((line + "\t").split("\t")[:2]) for line in answer if line]
        for answer in blocks(out, len(lines))
    ]


class Terminal:
    """An interactive shell, which shows its line between [[ and ]] when ^X is pressed."""

    def __init__(self, command, folder):
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            command, stdin=slave, stdout=slave, stderr=slave, start_new_session=True, cwd=folder,
            env=environment(folder),
        )
        os.close(slave)
        self.seen = ""
        self.until(r"ready> ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.kill()
        self.process.wait()
        os.close(self.master)

    def until(self, expression):
        deadline = time.monotonic() + suite.PATIENCE
        while not (found := re.search(expression, self.seen)):
            if not select.select([self.master], [], [], max(0, deadline - time.monotonic()))[0]:
                raise AssertionError(f"no {expression!r} in {self.seen!r}")
            self.seen += os.read(self.master, 1 << 16).decode(errors="replace")
        self.seen = self.seen[found.end() :]
        return found

    def completed(self, line):
        """The line after the tabulator key."""
        os.write(self.master, line.encode() + b"\t\x18")
        shown = self.until(r"\[\[([^]]*)\]\]").group(1)
        os.write(self.master, b"\x15")  # an empty line for the next one
        return shown


def bash_terminal(script, folder):
    (folder / "rc").write_text(
        f"source '{script}'\nPS1='ready> '\n"
        "bind 'set enable-bracketed-paste off'\nbind 'set bell-style none'\n"
        """bind -x '"\\C-x": printf "[[%s]]\\n" "$READLINE_LINE"'\n"""
    )
    return Terminal(["bash", "--rcfile", str(folder / "rc"), "-i"], folder)


def zsh_terminal(script, folder):
    functions = folder / "functions"
    functions.mkdir()
    shutil.copy(script, functions / "_kazoo")
    (folder / ".zshrc").write_text(
        "unset zle_bracketed_paste\nsetopt no_beep no_list_beep\n"
        f"fpath=('{functions}' $fpath)\nautoload -Uz compinit\ncompinit -D -u\n"
        'show() { print -r -- "[[$BUFFER]]" }\nzle -N show\n'
        "bindkey -e\nbindkey '^X' show\nKEYTIMEOUT=1\nPS1='ready> '\n"
    )
    return Terminal(["zsh", "-d", "-i"], pathlib.Path(folder))
