"""Turns: few begin at a time, in order; the long ones hold nobody up; whoever leaves takes no turn along."""

from __future__ import annotations

import asyncio

import pytest

import lianzhang.api.turns as turns_module
from lianzhang.api.turns import Turns


def test_few_begin_at_a_time_and_in_order() -> None:
    begun: list[int] = []
    at_once = 0

    async def main() -> None:
        turns = Turns(2)
        running = 0

        async def one(number: int) -> None:
            nonlocal running, at_once
            async with turns.turn():
                begun.append(number)
                running += 1
                at_once = max(at_once, running)
                await asyncio.sleep(0.001)
                running -= 1

        await asyncio.gather(*(one(n) for n in range(12)))

    asyncio.run(main())
    assert begun == list(range(12))
    assert at_once == 2


def test_a_long_one_gives_up_its_turn_and_gives_it_back_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turns_module, "_SHORT_S", 0.01)

    async def main() -> int:
        turns, long = Turns(1), asyncio.Event()

        async def waits() -> None:
            async with turns.turn():
                await long.wait()

        async def quick() -> None:
            async with turns.turn():
                pass

        streams = [asyncio.create_task(waits()) for _ in range(3)]
        await asyncio.sleep(0)
        await asyncio.wait_for(quick(), 5.0)
        long.set()
        await asyncio.gather(*streams)

        running = most = 0

        async def counted() -> None:
            nonlocal running, most
            async with turns.turn():
                running += 1
                most = max(most, running)
                await asyncio.sleep(0)
                running -= 1

        await asyncio.gather(*(counted() for _ in range(6)))
        return most

    assert asyncio.run(main()) == 1


def test_who_leaves_the_line_takes_no_turn_along() -> None:
    async def main() -> None:
        turns, held = Turns(1), asyncio.Event()

        async def holds() -> None:
            async with turns.turn():
                await held.wait()

        async def passes() -> None:
            async with turns.turn():
                pass

        first = asyncio.create_task(holds())
        await asyncio.sleep(0)
        leaving, given = asyncio.create_task(passes()), asyncio.create_task(passes())
        await asyncio.sleep(0)
        leaving.cancel()
        held.set()
        await first
        given.cancel()  # it has been given the turn and has not taken it yet
        await asyncio.gather(leaving, given, return_exceptions=True)
        await asyncio.wait_for(passes(), 1.0)

    asyncio.run(main())


def test_an_error_gives_the_turn_back() -> None:
    async def main() -> None:
        turns = Turns(1)
        for _ in range(3):
            with pytest.raises(ZeroDivisionError):
                async with turns.turn():
                    raise ZeroDivisionError

    asyncio.run(asyncio.wait_for(main(), 1.0))


def test_answers_at_hand_are_spaced_only_while_something_is_computed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(turns_module, "_SPACE_S", 0.02)
    monkeypatch.setattr(turns_module, "_SHORT_S", 60.0)

    async def main() -> tuple[float, float]:
        turns, loop = Turns(1), asyncio.get_running_loop()
        began = loop.time()
        for _ in range(20):
            await turns.space()
        free = loop.time() - began
        async with turns.turn():
            began = loop.time()
            for _ in range(4):
                await turns.space()
            spaced = loop.time() - began
            held = asyncio.gather(*(turns.space() for _ in range(500)))
            await asyncio.wait_for(held, 5.0)  # none waits for all that came before it
        return free, spaced

    free, spaced = asyncio.run(main())
    assert spaced > 0.05
    assert free < spaced
