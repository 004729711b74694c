"""Maps bound together."""


def bind(*args):
    return []
