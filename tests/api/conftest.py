# SPDX-FileCopyrightText: 2026 the knead authors
# SPDX-License-Identifier: MIT
import os

import pytest


@pytest.fixture(scope="session")
def knead():
    return os.environ["KNEAD"]
