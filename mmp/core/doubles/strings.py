"""How alike two strings are, in the two measures that names are usually compared by."""


def slips(one: str, other: str, most: int = 3) -> int:
    """Letters left out, put in, exchanged, or swapped with their neighbour (Damerau 1964, as the
    optimal string alignment); more than `most` is told as `most + 1`."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [place]
        for column, facing in enumerate(other, start=1):
            cost = min(row[-1] + 1, before[column] + 1, before[column - 1] + (letter != facing))
            if (
                place > 1
                and column > 1
                and letter == other[column - 2]
                and one[place - 2] == facing
            ):
                cost = min(cost, earlier[column - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
    return min(row[-1], most + 1)


def jaro_winkler(one: str, other: str) -> float:
    """From 0 to 1: letters in common that stand near each other, the first four counting more
    (Winkler 1990, with his 0.1 for each)."""
    if one == other:
        return 1.0
    if not one or not other:
        return 0.0
    reach = max(len(one), len(other)) // 2 - 1
    taken = [False] * len(other)
    found = []
    for place, letter in enumerate(one):
        for facing in range(max(0, place - reach), min(len(other), place + reach + 1)):
            if not taken[facing] and other[facing] == letter:
                taken[facing] = True
                found.append(letter)
                break
    if not found:
        return 0.0
    theirs = [letter for letter, is_taken in zip(other, taken, strict=True) if is_taken]
    swapped = sum(a != b for a, b in zip(found, theirs, strict=True)) / 2
    common = len(found)
    jaro = (common / len(one) + common / len(other) + (common - swapped) / common) / 3
    same = 0
    for a, b in zip(one[:4], other[:4], strict=False):
        if a != b:
            break
        same += 1
    return jaro + same * 0.1 * (1 - jaro)
