"""Forecast a short yearly series and ask how likely a target is.

    python examples/forecast_a_series.py

Seven years of a made-up plant's output, in vehicles, and a target three years ahead.
"""

import lianzhang as lz

OUTPUT = [61_000, 70_000, 74_000, 88_000, 95_000, 99_000, 112_000]
LAST_YEAR, TARGET, DEADLINE = 2024, 150_000, 2027


def main() -> None:
    """Print the forecast with its 80 % interval, and the probability of the target."""
    scale = lz.choose_scale(OUTPUT)
    found = lz.forecast(OUTPUT, DEADLINE - LAST_YEAR, scale=scale)
    print(
        f"{len(OUTPUT)} years, {scale.name} scale; weights: "
        + ", ".join(f"{m} {w:.2f}" for m, w in found.weights)
    )
    for h in range(1, DEADLINE - LAST_YEAR + 1):
        low, median, high = found.quantiles(h, [0.1, 0.5, 0.9])
        print(f"{LAST_YEAR + h}: {median:,.0f} ({low:,.0f} to {high:,.0f})")
    wanted = lz.meeting(">=", value=TARGET)
    chance = lz.probability(found.at(DEADLINE - LAST_YEAR), scale, wanted)
    print(f"at least {TARGET:,} in {DEADLINE}: {100 * chance:.0f} %")


if __name__ == "__main__":
    main()
