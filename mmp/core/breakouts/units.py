"""People who must sit together, seen as one: the first of them stands for all."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from mmp.core.breakouts.model import Array, Model


def bound_together(model: Model) -> Array:
    """(n, n) bool: who must be where somebody is, over any number of steps; oneself included."""
    bound = (model.pairs < 0) | np.eye(model.n, dtype=bool)
    while True:
        wider = (bound.astype(float) @ bound) > 0
        if (wider == bound).all():
            return bound
        bound = wider


def leaders(model: Model) -> Array:
    """(n,) who stands for each person: mostly themselves."""
    first: Array = bound_together(model).argmax(1)
    return first


def led(model: Model) -> Model:
    """The model without those who follow: their leader has their rules, and is present when any of
    them is. Balance counts the leader alone, so this is for a start that is weighed afterwards."""
    lead = leaders(model)
    if (lead == np.arange(model.n)).all():
        return model
    present, features = np.zeros_like(model.present), model.features.copy()
    lack, pairs = model.lack.copy(), np.maximum(model.pairs, 0)
    past = model.past.copy()
    for one, leader in enumerate(lead.tolist()):
        present[:, leader] |= model.present[:, one]
        lack[leader] = np.maximum(lack[leader], model.lack[one])
        pairs[leader] = pairs[:, leader] = np.maximum(
            pairs[leader], np.maximum(model.pairs[one], 0)
        )
        past[leader] = past[:, leader] = past[leader] + (model.past[one] if one != leader else 0)
        if model.facilitates[one]:
            features[leader, -1] = 1
    facilitates = features[:, -1] > 0 if model.facilitates.any() else model.facilitates
    return replace(
        model,
        present=present,
        features=features,
        lack=lack,
        pairs=pairs,
        past=past,
        facilitates=facilitates,
        owed=0.0,
    )


def followed(model: Model, seats: Array) -> Array:
    """(R, n) seats where everybody sits with who stands for them."""
    joined: Array = seats[:, leaders(model)]
    return joined
