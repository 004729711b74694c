"""Errors that are somebody's to answer: the user's (a Chinese sentence with advice) or ours (a bug)."""


class MingqingError(Exception):
    """Anything the user can act on. Its text is one Chinese sentence: what happened, what to do."""


class ProjectUnavailable(MingqingError):
    """The project cannot be opened or written now: wrong password, damaged, locked, read-only, too new."""


class WrongPassword(ProjectUnavailable):
    """There is no such account, or this is not its password."""


class ProjectDamaged(ProjectUnavailable):
    """The project's files are not what was written; a backup, or what can be salvaged, is the way on."""


class PicturesDamaged(ProjectUnavailable):
    """The file of pictures is not what was written; map and tables go on working."""


class InputRefused(MingqingError):
    """A file, a row or a value from outside cannot be taken. Nothing was written."""


class DefinitionError(MingqingError):
    """A definition in `layers/` or `resources/` is wrong; names file, key and reason."""


class NotAllowed(MingqingError):
    """The account's role does not permit this."""


class Cancelled(MingqingError):
    """The user stopped a job; nothing of the unfinished part was kept."""


class StoreBug(RuntimeError):
    """The store was used in a way it never should be. Ours to mend, never shown as advice."""
