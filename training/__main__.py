"""`python -m training` is `mnist-train`."""

import sys

from training.cli import main

sys.exit(main())
