# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
"""What is started here meets the signals as from a person's shell, also when the tests were begun by nohup or behind an &."""
import signal

for number in (signal.SIGHUP, signal.SIGINT):
    # a handler is the default again in what is started; an ignored signal stays ignored, as knead wants it
    if signal.getsignal(number) == signal.SIG_IGN:
        signal.signal(number, lambda *_: None)
