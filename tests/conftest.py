"""What several test files need: the two shipped models, read once."""

import pytest

import dilemma


@pytest.fixture(scope="session")
def abandonment():
    return dilemma.load("abandonment")


@pytest.fixture(scope="session")
def hedging():
    return dilemma.load("abandonment_hedging")
