"""`python -m training`."""

import os
import sys

# OpenMP's threads spin while they wait, by default: on a machine that also does other things each short
# step then waits for a thread that is not running (an epoch took 5.5 s instead of 0.9 s here). The runtime
# reads this when torch loads it.
os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")

from training.program import main

if __name__ == "__main__":
    sys.exit(main())
