"""`python -m service.cli.models` is `mnist-models`."""

import sys

from service.cli.models.command import main

sys.exit(main())
