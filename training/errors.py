"""What can stop the training job, as one small hierarchy of sentences.

Knows nothing of exit codes: `training.cli` maps these classes to numbers.
"""


class TrainingError(Exception):
    """Base of every error that the job raises on purpose."""


class UsageError(TrainingError):
    """An option or an environment variable has a value that cannot be used."""


class NoDataError(TrainingError):
    """The data set could not be had in any of the ways that were tried."""


class CorruptDataError(TrainingError):
    """Bytes were found that are not the MNIST data set."""


class ProofError(TrainingError):
    """The exported version does not answer as the trained network does."""


class FolderError(TrainingError):
    """The folder for versions cannot be made or written."""


class WriteError(TrainingError):
    """The disk failed, or was full, while something was being written."""


class CheckpointError(TrainingError):
    """The checkpoint belongs to another run than the one to resume."""
